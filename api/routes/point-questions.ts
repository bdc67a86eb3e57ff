/** What people ask of enforcement points. The question is recorded, with who asks, before anything is asked; a worker asks. */
import { randomBytes } from 'node:crypto';
import { agreementOf } from '../../domain/enforcement/agreement.ts';
import type { PointAnswer, PointQuestion } from '../../domain/enforcement/question.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Request } from '../../domain/policy/model.ts';
import type { Actor } from '../../store/port.ts';
import type { PointTest } from '../contract/points.ts';
import { decideInForce } from '../decide-in-force.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import { driftOf, requirePoint } from './points.ts';

type Names = 'points.test' | 'points.dry-run' | 'points.permissions';
type Kind = PointQuestion['kind'];

export function pointQuestionHandlers(deps: HandlerDeps): HandlersOf<Names> {
  const { store, clock } = deps;
  const decide = decideInForce(store, clock);
  return {
    'points.test': async ({ params: { name }, body, by }) => {
      await requirePoint(store, name);
      const at = clock().toISOString();
      const request: Request = { ...body.request, at: body.request.at ?? at };
      // What cannot be decided is not asked of the point either.
      const policy = await decide(request);
      const { probe, reason } = await ask(deps, { point: name, question: { kind: 'test', request }, by });
      const told = { point: name, at, request, policy };
      if (probe === undefined) return { ...told, ...(reason === undefined ? {} : { reason }), because: [] };
      return { ...told, probe, ...(await agreement(deps, name, { request, probe, policy })) };
    },
    'points.dry-run': async ({ params: { name }, by }) => {
      const { desired } = await requirePoint(store, name);
      const { steps } = await ask(deps, { point: name, question: { kind: 'dry-run' }, by });
      return { point: name, at: clock().toISOString(), steps, desired };
    },
    'points.permissions': async ({ params: { name }, by }) => {
      await requirePoint(store, name);
      const { permissions } = await ask(deps, { point: name, question: { kind: 'permissions' }, by });
      return { at: clock().toISOString(), permissions };
    },
  };
}

type Tried = Pick<PointTest, 'request' | 'policy'> & { readonly probe: NonNullable<PointTest['probe']> };

/** By what is wanted and seen at the point now: an effect may have ended while it was asked. */
async function agreement({ store }: HandlerDeps, name: string, { request, probe, policy }: Tried) {
  const row = await requirePoint(store, name);
  const isolated = row.desired.isolations.flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses : []));
  return agreementOf({
    request,
    probe,
    expected: policy,
    point: {
      policies: row.desired.policyVersions.map((held) => held.policy),
      isolated: isolated.filter((address) => typeof address === 'string'),
      drift: driftOf(row),
    },
  });
}

type Asked<K extends Kind> = { readonly point: string; readonly question: PointQuestion & { readonly kind: K }; readonly by: Actor };
type AnswerTo<K extends Kind> = Extract<PointAnswer, { readonly kind: K }>;

async function ask<K extends Kind>({ store, orchestrator }: HandlerDeps, { point, question, by }: Asked<K>): Promise<AnswerTo<K>> {
  const id = `${point}-${randomBytes(8).toString('hex')}`;
  await store.points.ask({ id, point, question }, by);
  const answer = await orchestrator.askPoint(id);
  if (isTo(question.kind, answer)) return answer;
  throw new EdictError('defect', `a question of the kind \`${question.kind}\` was answered as \`${answer.kind}\``);
}

function isTo<K extends Kind>(kind: K, answer: PointAnswer): answer is AnswerTo<K> {
  return answer.kind === kind;
}
