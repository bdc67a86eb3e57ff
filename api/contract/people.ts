/** People and their API tokens. A token's secret is shown once. */
import { z } from 'zod';
import { Id, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const Role = z.enum(['analyst', 'manager', 'engineer', 'auditor', 'admin']);
export const Person = z.object({ id: z.string(), name: z.string(), roles: list(Role), disabled: z.boolean() }).meta({ id: 'Person' });
export type Person = z.infer<typeof Person>;
export const PersonList = z.object({ items: list(Person) }).meta({ id: 'PersonList' });
/** Without a colon: `system:…` is Edict itself. */
const PersonId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/u, 'expected 1–128 of A–Z, a–z, 0–9 and . _ @ -');
export const PersonRequest = z.strictObject({
  id: PersonId,
  name: z.string().min(1).max(200),
  roles: z.array(Role).min(1).max(5),
  disabled: z.boolean().optional(),
});
export type PersonRequest = z.infer<typeof PersonRequest>;
export const PersonParams = z.strictObject({ id: Id });
export const TokenParams = z.strictObject({ id: Id, token: Id });
export const TokenRequest = z.strictObject({ label: z.string().min(1).max(100) });
export const TokenReply = z.object({ id: z.string(), secret: z.string() }).meta({ id: 'TokenReply' });
export type TokenReply = z.infer<typeof TokenReply>;
export const TokenSummary = z
  .object({ id: z.string(), label: z.string(), madeAt: Time, revokedAt: Time.optional() })
  .meta({ id: 'TokenSummary' });
export const TokenList = z.object({ items: list(TokenSummary) }).meta({ id: 'TokenList' });

export const peopleRoutes = {
  me: {
    method: 'GET',
    path: '/v1/me',
    access: 'me:read',
    status: 200,
    summary: 'Says who the token belongs to.',
    reply: Person,
  },
  'people.list': {
    method: 'GET',
    path: '/v1/people',
    access: 'people:read',
    status: 200,
    summary: 'Lists the people.',
    reply: PersonList,
  },
  'people.put': {
    method: 'POST',
    path: '/v1/people',
    access: 'people:write',
    status: 201,
    summary: 'Adds or changes a person.',
    body: PersonRequest,
    reply: Person,
  },
  'tokens.create': {
    method: 'POST',
    path: '/v1/people/:id/tokens',
    access: 'people:write',
    status: 201,
    summary: 'Makes an API token; its secret is shown this once.',
    params: PersonParams,
    body: TokenRequest,
    reply: TokenReply,
    secretReply: true,
  },
  'tokens.list': {
    method: 'GET',
    path: '/v1/people/:id/tokens',
    access: 'people:read',
    status: 200,
    summary: 'Lists the tokens of a person, newest first; no secrets.',
    params: PersonParams,
    reply: TokenList,
  },
  'tokens.revoke': {
    method: 'DELETE',
    path: '/v1/people/:id/tokens/:token',
    access: 'people:write',
    status: 204,
    summary: 'Revokes a token of that person; it stops working within five seconds.',
    params: TokenParams,
    reply: z.undefined(),
  },
} as const satisfies Record<string, RouteSpec>;
