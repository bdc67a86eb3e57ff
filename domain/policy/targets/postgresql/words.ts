/** What access rules and PostgreSQL call the same: roles, tables, the four things that are done to rows. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { EdictError } from '../../../errors.ts';
import type { EntityUid } from '../../access/entity.ts';

export const roleType = 'role';
export const tableType = 'table';

/** PostgreSQL 18, "ddl-rowsecurity": what policies are for. */
export const commands = ['select', 'insert', 'update', 'delete'] as const;
export type Command = (typeof commands)[number];

/** `NAMEDATALEN` less one ("sql-syntax-lexical"): longer names would be cut, and two become one. */
const longestBytes = 63;

/** Controls, halves of characters, and what turns the direction of text: whoever reads the script must see what it says. */
const unseen = /[\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069]/u;

export function quoteName(name: string): string {
  if (name === '' || unseen.test(name) || utf8ToBytes(name).length > longestBytes)
    throw new EdictError('policy-invalid', `\`${name.slice(0, 40)}\` cannot be a name in PostgreSQL`, {
      expected: `1 to ${longestBytes} bytes`,
    });
  return `"${name.replaceAll('"', '""')}"`;
}

/** What delimits the body of the script's block: no name may hold it. */
export const bodyTag = '$edict$';

/** `table:public.orders` is the table `orders` of the schema `public`; what follows the first dot is the table's name. */
export function quoteTable({ id }: EntityUid): string {
  const at = id.indexOf('.');
  if (at <= 0 || id.includes(bodyTag))
    throw new EdictError('policy-invalid', `\`table:${id.slice(0, 40)}\` is no table`, { expected: '`table:schema.name`' });
  return `${quoteName(id.slice(0, at))}.${quoteName(id.slice(at + 1))}`;
}

/** Without escapes: standard_conforming_strings is on since PostgreSQL 9.1. */
export function quoteText(text: string): string {
  if (unseen.test(text)) throw new EdictError('policy-invalid', 'a text with characters that nobody sees, or that PostgreSQL cannot hold');
  return `'${text.replaceAll("'", "''")}'`;
}
