/** The script to statements, each of one form; anything else is unreadable. */
import type { Expression } from '../../access/expression.ts';
import { parseCondition, type Surroundings } from './parse-condition.ts';
import { type Reader, readerOf, tokensOf } from './tokens.ts';
import { type Command, commands } from './words.ts';

export type TableName = { readonly schema: string; readonly table: string };

/** `undefined`: everybody. */
export type Grantee = string | undefined;

export type RowPolicy = {
  readonly name: string;
  readonly isPermissive: boolean;
  readonly command: Command;
  readonly to: readonly Grantee[];
  readonly condition: Expression;
  readonly line: number;
};

export type ReadTable = {
  readonly name: TableName;
  readonly grants: readonly { readonly command: Command; readonly to: Grantee }[];
  readonly policies: readonly RowPolicy[];
};

export type Script = {
  readonly comments: readonly string[];
  readonly tables: readonly ReadTable[];
  readonly timezone: string | undefined;
  /** Who has the privileges of a role: itself, and its members, near and far. */
  readonly members: (role: string) => readonly string[];
};

export function parseScript(text: string): Script {
  const { tokens, comments } = tokensOf(text);
  const reader = readerOf(tokens);
  reader.take('BEGIN', ';');
  const memberships = new Map<string, readonly string[]>();
  while (reader.isNext('GRANT') && reader.peek(1)?.kind === 'name') parseMembership(reader, memberships);
  let timezone: string | undefined;
  const around: Surroundings = {
    members: (role) => membersOf(role, memberships),
    zone: (name) => {
      if (timezone !== undefined && name !== timezone) throw reader.unexpected(`time zone \`${timezone}\``);
      timezone = name;
    },
  };
  const tables: ReadTable[] = [];
  while (reader.isNext('ALTER')) tables.push(parseTable(reader, around));
  reader.take('COMMIT', ';');
  if (reader.peek() !== undefined) throw reader.unexpected('the end');
  return { comments, tables, timezone, members: around.members };
}

function parseMembership(reader: Reader, memberships: Map<string, readonly string[]>): void {
  reader.take('GRANT');
  const role = reader.value('name');
  reader.take('TO');
  memberships.set(role, [...(memberships.get(role) ?? []), reader.value('name')]);
  reader.take(';');
}

function membersOf(role: string, memberships: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set<string>();
  const waiting = [role];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(memberships.get(next) ?? []));
  }
  return [...found];
}

function parseTable(reader: Reader, around: Surroundings): ReadTable {
  reader.take('ALTER', 'TABLE');
  const name = parseName(reader);
  reader.take('ENABLE', 'ROW', 'LEVEL', 'SECURITY', ';');
  reader.take('ALTER', 'TABLE');
  takeName(reader, name);
  reader.take('FORCE', 'ROW', 'LEVEL', 'SECURITY', ';');
  reader.take('DO');
  if (reader.value('body') !== cleanUpBody(name)) throw reader.unexpected('the block that drops earlier policies');
  reader.take(';', 'REVOKE', 'ALL', 'ON', 'TABLE');
  takeName(reader, name);
  reader.take('FROM');
  if (!parseGrantees(reader).includes(undefined)) throw reader.unexpected('`PUBLIC`');
  reader.take(';');
  const grants: { readonly command: Command; readonly to: Grantee }[] = [];
  while (reader.isNext('GRANT')) grants.push(...parseGrant(reader, name));
  const policies: RowPolicy[] = [];
  while (reader.isNext('CREATE')) policies.push(parsePolicy(reader, name, around));
  if (new Set(policies.map((policy) => policy.name)).size !== policies.length) throw reader.unexpected('policies of different names');
  return { name, grants, policies };
}

/** Says what the compiler must have said, from what the block does: every policy of ours on this table is dropped. */
function cleanUpBody({ schema, table }: TableName): string {
  const quoted = [schema, table].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  const text = quoted.replaceAll("'", "''");
  const query = `SELECT polname FROM pg_policy WHERE polrelid = '${text}'::regclass AND starts_with(polname, 'edict ')`;
  return ` DECLARE name text; BEGIN FOR name IN ${query} LOOP EXECUTE format('DROP POLICY %I ON ${text.replaceAll('%', '%%')}', name); END LOOP; END `;
}

function parseName(reader: Reader): TableName {
  const schema = reader.value('name');
  reader.take('.');
  return { schema, table: reader.value('name') };
}

function takeName(reader: Reader, { schema, table }: TableName): void {
  const found = parseName(reader);
  if (found.schema !== schema || found.table !== table) throw reader.unexpected(`the table \`${schema}.${table}\``);
}

function parseGrantees(reader: Reader): readonly Grantee[] {
  const found: Grantee[] = [];
  do found.push(reader.skip('PUBLIC') ? undefined : reader.value('name'));
  while (reader.skip(','));
  return found;
}

function parseGrant(reader: Reader, name: TableName): readonly { readonly command: Command; readonly to: Grantee }[] {
  reader.take('GRANT');
  const granted: Command[] = [];
  do granted.push(parseCommand(reader));
  while (reader.skip(','));
  reader.take('ON', 'TABLE');
  takeName(reader, name);
  reader.take('TO');
  const to = parseGrantees(reader);
  reader.take(';');
  return granted.flatMap((command) => to.map((each) => ({ command, to: each })));
}

function parseCommand(reader: Reader): Command {
  const found = commands.find((command) => reader.skip(command.toUpperCase()));
  if (found === undefined) throw reader.unexpected(commands.join(', '));
  return found;
}

function parsePolicy(reader: Reader, table: TableName, around: Surroundings): RowPolicy {
  reader.take('CREATE', 'POLICY');
  const line = reader.peek()?.line ?? 0;
  const name = reader.value('name');
  if (!name.startsWith('edict ')) throw reader.unexpected('a name that begins with `edict `: another would not be dropped');
  reader.take('ON');
  takeName(reader, table);
  reader.take('AS');
  const isPermissive = reader.skip('PERMISSIVE');
  if (!isPermissive) reader.take('RESTRICTIVE');
  reader.take('FOR');
  const command = parseCommand(reader);
  reader.take('TO');
  const to = parseGrantees(reader);
  if (command === 'insert') reader.take('WITH', 'CHECK');
  else reader.take('USING');
  reader.take('(');
  const condition = parseCondition(reader, around);
  reader.take(')', ';');
  return { name, isPermissive, command, to, condition, line };
}
