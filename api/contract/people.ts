/** People and their API tokens. A token's secret is shown once. */
import { z } from 'zod';
import { Id, list } from './values.ts';

export const Role = z.enum(['analyst', 'manager', 'engineer', 'auditor', 'admin']);
export const Person = z.object({ id: z.string(), name: z.string(), roles: list(Role), disabled: z.boolean() }).meta({ id: 'Person' });
export type Person = z.infer<typeof Person>;
export const PersonList = z.object({ items: list(Person) }).meta({ id: 'PersonList' });
export const PersonRequest = z.strictObject({
  id: Id,
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
