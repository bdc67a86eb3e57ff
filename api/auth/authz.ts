/** Asks OPA whether a person may do something. Fails closed: no answer, or one that is not understood, is `dependency-unavailable`. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { create } from 'axios';
import { z } from 'zod';
import type { Person } from '../../store/port.ts';
import type { GuardAnswer, GuardQuestion } from '../../domain/guard/decision.ts';
import { permissions } from '../contract/route.ts';
import type { Permission } from '../contract/route.ts';
import { unavailable } from '../failure.ts';

export type AuthzQuestion = { readonly person: Pick<Person, 'id' | 'roles'>; readonly permission: Permission; readonly resource: string };
export type AuthzDecision = { readonly allow: boolean; readonly reason: string };

export type Authorizer = {
  readonly decide: (question: AuthzQuestion) => Promise<AuthzDecision>;
  /** All that the person may do. */
  readonly permissionsOf: (person: Pick<Person, 'id' | 'roles'>) => Promise<readonly Permission[]>;
  /** What the decision point says of an effect that is only tried. */
  readonly decideEffect: (question: GuardQuestion) => Promise<Pick<GuardAnswer, 'allow' | 'reasons'>>;
  readonly ping: () => Promise<void>;
  readonly close: () => void;
};

const GuardSays = z.object({ result: z.object({ allow: z.boolean(), reasons: z.array(z.string()) }) });
const Held = z.object({ result: z.array(z.enum(permissions)) });
const Answer = z.object({ result: z.object({ allow: z.boolean(), reason: z.string() }) });

/** A local OPA answers in a millisecond. */
const timeoutMs = 2000;

export function opaAuthorizer(options: { readonly url: string; readonly token: string }): Authorizer {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const http = create({
    baseURL: options.url,
    ...agents,
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: 65_536,
    proxy: false,
    headers: { authorization: `Bearer ${options.token}` },
  });
  const ask = async (path: string, input: object): Promise<unknown> => {
    const answer = await http.post<unknown>(path, { input }).catch((error: unknown) => {
      throw unavailable('the authorisation service', withoutHeaders(error));
    });
    return answer.data;
  };
  return {
    decide: async (question) => {
      const { person, permission, resource } = question;
      const input = { person: { id: person.id, roles: person.roles }, permission, resource };
      const parsed = Answer.safeParse(await ask('/v1/data/access/authz/decision', input));
      if (!parsed.success) throw unavailable('the authorisation policy');
      return parsed.data.result;
    },
    permissionsOf: async ({ id, roles }) => {
      const parsed = Held.safeParse(await ask('/v1/data/access/authz/permissions', { person: { id, roles } }));
      if (!parsed.success) throw unavailable('the authorisation policy');
      return parsed.data.result;
    },
    decideEffect: async (question) => {
      const parsed = GuardSays.safeParse(await ask('/v1/data/effects/guard/decision', question));
      if (!parsed.success) throw unavailable('the guard’s policy');
      return parsed.data.result;
    },
    ping: async () => {
      await http.get('/health', { timeout: 1000 });
    },
    close: () => {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

/** An axios error carries its request, and with it the token. */
function withoutHeaders(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : 'the request failed');
}
