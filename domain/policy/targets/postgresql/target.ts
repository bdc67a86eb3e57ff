/** PostgreSQL (9.5 or newer): grants and row policies on tables, run by their owner. */
import type { AccessTarget } from '../../access/prove.ts';
import { compilePostgresql } from './compile.ts';
import { readPostgresql } from './read.ts';

export const postgresqlTarget: AccessTarget = {
  name: 'postgresql',
  kinds: ['access'],
  compile: compilePostgresql,
  read: readPostgresql,
  cannotSay: [
    'not applicable: a table with row security shows nothing that no policy allows',
    'principals other than roles, resources other than rows of tables (`table:schema.name`), actions other than select, insert, update and delete: they are left out',
    'MFA, device, country, purpose and other context, which a session could set by itself, relationships, expressions: an allow with one is left out, a deny is said without it',
    'a rule that cannot be told, for a column without a value: it refuses what it would allow itself, and not what others allow',
    'a membership that ended: roles belong to the whole server, and the script gives memberships and takes none back',
    'superusers and roles with BYPASSRLS, who are subject to no policy; an update also needs the right to see the rows that its condition reads',
  ],
};
