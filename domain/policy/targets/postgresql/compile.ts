/**
 * Access policies to PostgreSQL's grants and row policies (postgresql.org, "GRANT", "CREATE POLICY", "Row Security Policies"): one script, run by
 * the tables' owner in one transaction.
 *
 * - An allow grants the command on the table, and is a permissive policy: the row is seen, or changed, where its condition is true. A deny is
 *   a restrictive policy: it must not be true. Row security is forced, so that a table's owner is subject to it.
 * - Roles are principals of type `role`; a role's parents are roles that it is a member of. `any` is PUBLIC.
 * - A table's own earlier policies of this name are dropped, and its grants are taken back, before the new ones are given.
 * - What no rule speaks of is refused: a table with row security and no policy shows nothing.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Inventory } from '../../../context/inventory.ts';
import { directoryOf } from '../../access/directory.ts';
import { entityStore } from '../../access/entity-store.ts';
import { type EntityUid, keyOf, uidOfKey } from '../../access/entity.ts';
import { type ConditionWords, newWords } from '../../access/condition.ts';
import type { AccessCondition, AccessExcept, AccessRule } from '../../access/model.ts';
import type { NamedRule } from '../../access/read-rule.ts';
import { parseSelector, type Selector, selects } from '../../access/selector.ts';
import { entityValue } from '../../access/value.ts';
import { resolver } from '../../resolve.ts';
import type { Policy } from '../../model.ts';
import { accessRules } from '../../access/policies.ts';
import { artifactOf, selfDigest } from '../artifact.ts';
import { closedWorldLosses } from '../closed-world/losses.ts';
import type { Artifact, Compilation } from '../target.ts';
import { readPostgresql } from './read.ts';
import { sayCondition } from './conditions.ts';
import { bodyTag, type Command, commands, quoteName, quoteTable, quoteText, roleType, tableType } from './words.ts';

/** Throws `policy-name-unknown`, and `policy-invalid` for names that PostgreSQL cannot hold. */
export function compilePostgresql(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rules = accessRules(policies, 'access');
  const { artifact, reasons } = speakPostgresql(rules, inventory);
  const [read] = readPostgresql(artifact);
  return { artifact, losses: closedWorldLosses({ target: 'postgresql', rules, inventory, clauses: read?.clauses ?? [], reasons }) };
}

type Spoken = { readonly artifact: Artifact; readonly reasons: ReadonlyMap<string, readonly string[]> };

export function speakPostgresql(rules: readonly NamedRule[], inventory: Inventory): Spoken {
  const world = worldOf(rules, inventory);
  const policies: RowPolicy[] = [];
  for (const { id, rule } of rules) if (rule.effect !== 'claim') policies.push(...policiesOf(id, rule, world));
  const text = printScript(policies, world);
  return {
    artifact: artifactOf('postgresql', { 'edict.sql': text }),
    reasons: new Map([...world.reasons].map(([rule, found]) => [rule, [...found]])),
  };
}

type World = {
  readonly tables: readonly EntityUid[];
  /** Child and parent: a member and what it is a member of. */
  readonly members: readonly (readonly [EntityUid, EntityUid])[];
  readonly held: (selector: Selector, among: readonly EntityUid[]) => readonly EntityUid[];
  readonly words: ConditionWords;
  readonly reasons: Map<string, Set<string>>;
};

function worldOf(rules: readonly NamedRule[], inventory: Inventory): World {
  const directory = directoryOf(inventory);
  const store = entityStore(directory);
  const named = rules.flatMap(({ rule: { match, except = [] } }) =>
    [match, ...except].flatMap(({ resources = [] }) => resources.map((text) => parseSelector(text))),
  );
  const tables = new Map(
    [...directory.map(({ uid }) => uid), ...named.flatMap((selector) => ('uid' in selector ? [selector.uid] : []))]
      .filter(({ type }) => type === tableType)
      .map((uid) => [keyOf(uid), uid]),
  );
  return {
    tables: [...tables.keys()].toSorted().map(uidOfKey),
    members: directory
      .filter(({ uid }) => uid.type === roleType)
      .flatMap(({ uid, parents = [] }) => parents.filter(({ type }) => type === roleType).map((parent) => [uid, parent] as const)),
    held: (selector, among) => {
      const test = selects(selector);
      return among.filter((uid) => test(entityValue(uid), store));
    },
    words: newWords(resolver(inventory)),
    reasons: new Map(),
  };
}

type RowPolicy = {
  readonly rule: string;
  readonly effect: 'allow' | 'deny';
  readonly table: EntityUid;
  readonly command: Command;
  /** Quoted, or PUBLIC. */
  readonly roles: readonly string[];
  readonly condition: string;
};

function policiesOf(id: string, rule: AccessRule, world: World): readonly RowPolicy[] {
  const effect = rule.effect === 'allow' ? 'allow' : 'deny';
  const note = (reason: string) => world.reasons.set(id, (world.reasons.get(id) ?? new Set()).add(reason));
  const own = conditionOf(rule.match.when, effect === 'deny', world, note);
  if (own === undefined) return [];
  const roles = rolesOf(rule.match.principals, world, note);
  if (roles.length === 0) return [];
  return commandsOf(rule.match.actions, world, note).flatMap((command) =>
    tablesOf(rule.match.resources, world, note).map((table) => {
      const holes = (rule.except ?? []).flatMap((except) => holeOf(except, { table, command, wider: effect === 'allow', world, note }));
      const parts = [...own, ...holes.map((hole) => `NOT (${hole})`)];
      return { rule: id, effect, table, command, roles, condition: parts.length === 0 ? 'TRUE' : parts.join(' AND ') } satisfies RowPolicy;
    }),
  );
}

type Note = (reason: string) => void;

function conditionOf(when: AccessCondition | undefined, wider: boolean, { words }: World, note: Note): readonly string[] | undefined {
  const { parts, isWhole } = sayCondition(when, words);
  if (!isWhole) note('its conditions see columns, the address of the client and the clock: what a session could set by itself is not said');
  return isWhole || wider ? parts : undefined;
}

function rolesOf(selectors: readonly string[], world: World, note: Note): readonly string[] {
  const found = selectors
    .map((text) => parseSelector(text))
    .flatMap((selector): readonly string[] => {
      if (selector.kind === 'any') {
        note('its principals are roles alone');
        return ['PUBLIC'];
      }
      const type = selector.kind === 'type' || selector.kind === 'pattern' ? selector.type : selector.uid.type;
      if (type !== roleType) {
        note('its principals are roles alone');
        return [];
      }
      if (selector.kind === 'type') return ['PUBLIC'];
      if (selector.kind === 'within') return [quoteName(selector.uid.id)];
      note('a role is named with its members, one by one');
      return world.held(selector, world.members.flat()).map(({ id }) => quoteName(id));
    });
  return found.includes('PUBLIC') ? ['PUBLIC'] : [...new Set(found)].toSorted();
}

function commandsOf(selectors: readonly string[], world: World, note: Note): readonly Command[] {
  const uids = commands.map((id) => ({ type: 'Action', id }));
  const held = selectors.flatMap((text) => {
    const selector = parseSelector(text, 'Action');
    const found = world.held(selector, uids);
    if (found.length === 0 || selector.kind !== 'within') note('its actions are select, insert, update and delete alone');
    return found.map(({ id }) => id);
  });
  return commands.filter((command) => held.includes(command));
}

function tablesOf(selectors: readonly string[], world: World, note: Note): readonly EntityUid[] {
  const found = new Map<string, EntityUid>();
  for (const text of selectors) {
    const selector = parseSelector(text);
    const held = world.held(selector, world.tables);
    if (selector.kind !== 'within' || held.length === 0) note('its resources are the rows of tables that are named or in the inventory');
    for (const table of held) found.set(keyOf(table), table);
  }
  return [...found.values()];
}

type Hole = { readonly table: EntityUid; readonly command: Command; readonly wider: boolean; readonly world: World; readonly note: Note };

/** An exception as a condition; `[]` where it has nothing to do with the table and command, or is left out. */
function holeOf(except: AccessExcept, { table, command, wider, world, note }: Hole): readonly string[] {
  if (except.actions !== undefined && !commandsOf(except.actions, world, note).includes(command)) return [];
  if (except.resources !== undefined && !tablesOf(except.resources, world, note).includes(table)) return [];
  const own = conditionOf(except.when, wider, world, note);
  if (own === undefined) return [];
  const roles = except.principals === undefined ? ['PUBLIC'] : rolesOf(except.principals, world, note);
  if (roles.length === 0) return [];
  const who = roles.includes('PUBLIC')
    ? []
    : [`(${roles.map((role) => `pg_has_role(current_user, ${quoteText(unquote(role))}, 'USAGE')`).join(' OR ')})`];
  return [[...who, ...own].join(' AND ') || 'TRUE'];
}

function unquote(name: string): string {
  return name.slice(1, -1).replaceAll('""', '"');
}

function printScript(policies: readonly RowPolicy[], world: World): string {
  const roles = [...new Set(policies.flatMap((policy) => policy.roles))].toSorted();
  return [
    '-- Written by Edict; changed by hand, it is drift.',
    `-- edict artifact ${selfDigest}`,
    'BEGIN;',
    ...world.members.map(([child, parent]) => `GRANT ${quoteName(parent.id)} TO ${quoteName(child.id)};`).toSorted(),
    ...world.tables.flatMap((table) =>
      printTable(
        table,
        roles,
        policies.filter((policy) => keyOf(policy.table) === keyOf(table)),
      ),
    ),
    'COMMIT;',
    '',
  ].join('\n');
}

function printTable(table: EntityUid, roles: readonly string[], policies: readonly RowPolicy[]): readonly string[] {
  const name = quoteTable(table);
  const lines = policies.toSorted(inOrder).map((policy) => printPolicy(policy, name));
  const granted = new Map<string, Set<string>>();
  for (const { effect, roles: to, command } of policies)
    if (effect === 'allow') for (const role of to) granted.set(role, (granted.get(role) ?? new Set()).add(command));
  return [
    `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
    `ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;`,
    cleanUp(name),
    `REVOKE ALL ON TABLE ${name} FROM ${[...new Set(['PUBLIC', ...roles])].join(', ')};`,
    ...[...granted]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([role, held]) =>
          `GRANT ${commands
            .filter((command) => held.has(command))
            .join(', ')
            .toUpperCase()} ON TABLE ${name} TO ${role};`,
      ),
    ...lines,
  ];
}

function inOrder(a: RowPolicy, b: RowPolicy): number {
  const [left, right] = [a, b].map(({ rule, command }) => `${rule} ${commands.indexOf(command)}`) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Drops the table's policies whose names begin as ours do. */
function cleanUp(table: string): string {
  const found = `SELECT polname FROM pg_policy WHERE polrelid = ${quoteText(table)}::regclass AND starts_with(polname, 'edict ')`;
  return `DO ${bodyTag} DECLARE name text; BEGIN FOR name IN ${found} LOOP EXECUTE format('DROP POLICY %I ON ${table.replaceAll("'", "''").replaceAll('%', '%%')}', name); END LOOP; END ${bodyTag};`;
}

const longestRule = 48;

/** Two ids of 64 do not fit into a name: a digest takes the place of the end. */
function policyName(rule: string, command: Command): string {
  const short =
    rule.length <= longestRule ? rule : `${rule.slice(0, longestRule - 13)}.${bytesToHex(sha256(utf8ToBytes(rule)).subarray(0, 6))}`;
  return quoteName(`edict ${command} ${short}`);
}

function printPolicy({ rule, effect, command, roles, condition }: RowPolicy, table: string): string {
  const kind = effect === 'allow' ? 'PERMISSIVE' : 'RESTRICTIVE';
  const test = effect === 'allow' ? condition : `NOT (${condition})`;
  const clause = command === 'insert' ? 'WITH CHECK' : 'USING';
  return `CREATE POLICY ${policyName(rule, command)} ON ${table} AS ${kind} FOR ${command.toUpperCase()} TO ${roles.join(', ')} ${clause} (${test});`;
}
