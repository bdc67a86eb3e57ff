/**
 * Access policies to OpenFGA (openfga.dev): an authorization model (schema 1.1) and the tuples that go with it, in the JSON of its API.
 *
 * - Each action is a relation `can_…` of each type: what is allowed, but not what is denied. Who asks passes the request's context
 *   (`mfa`, `deviceManaged`, `deviceCompliant`, `country`, `purpose`, `address`, `minuteOfWeek`, and others by name) and takes an error for a refusal.
 * - An entity's parents are tuples: `member` of a group, and `parent` for what lies in a folder. A rule on a group or a folder is one tuple on it.
 * - A rule with exceptions has relations of its own, named by a digest of its id.
 * - A check answers yes or no: what no rule speaks of is refused.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Inventory } from '../../../context/inventory.ts';
import { type EntityUid, keyOf } from '../../access/entity.ts';
import { resolver } from '../../resolve.ts';
import type { NamedRule } from '../../access/read-rule.ts';
import type { Policy } from '../../model.ts';
import { accessRules } from '../../access/policies.ts';
import { artifactOf } from '../artifact.ts';
import { closedWorldLosses } from '../closed-world/losses.ts';
import type { Artifact, Compilation } from '../target.ts';
import { either, type Said } from './conditions.ts';
import { printObject, printRelation, printType } from './names.ts';
import { type Relationship, type Saying, sayingsOf } from './sayings.ts';
import { readOpenFga } from './read.ts';
import type { Condition, Model, Tuple, Tuples, TypeDefinition, Userset, UserType } from './store.ts';
import { type Universe, universeOf } from './universe.ts';

/** Throws `policy-name-unknown`, and `policy-invalid` for names that OpenFGA cannot hold. */
export function compileOpenFga(policies: readonly Policy[], inventory: Inventory): Compilation {
  const rules = accessRules(policies, 'access');
  const { artifact, sayings } = speakOpenFga(rules, inventory);
  const reasons = new Map(sayings.filter((saying) => saying.reasons.length > 0).map((saying) => [saying.id, saying.reasons]));
  const [read] = readOpenFga(artifact);
  return { artifact, losses: closedWorldLosses({ target: 'openfga', rules, inventory, clauses: read?.clauses ?? [], reasons }) };
}

type Spoken = { readonly artifact: Artifact; readonly sayings: readonly Saying[]; readonly universe: Universe };

/** In order of the rules' ids. */
export function speakOpenFga(rules: readonly NamedRule[], inventory: Inventory): Spoken {
  const universe = universeOf(
    rules.map(({ rule }) => rule),
    inventory,
  );
  const sayings = sayingsOf(rules, universe, resolver(inventory));
  const writer = newWriter();
  for (const { child, parent } of universe.edges) writeEdge(writer, child, parent, universe);
  for (const saying of sayings) writeSaying(writer, saying, universe);
  const { tuples, conditions } = printTuples(writer);
  const model: Model = {
    schema_version: '1.1',
    type_definitions: universe.types.map((type) => printTypeDefinition(writer, type, tuples, universe)),
    conditions: Object.fromEntries(conditions.map((condition) => [condition.name, condition])),
  };
  const files = { 'model.json': print(model), 'tuples.json': print({ tuple_keys: tuples } satisfies Tuples) };
  return { artifact: artifactOf('openfga', files), sayings, universe };
}

function print(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

type Held = { readonly user: string; readonly relation: string; readonly object: string; readonly conditions: Set<Said | undefined> };

/** Which relations a type has, and how each is made up. `inherited`: holds for what lies in the object too. */
type Relation = { readonly inherited: boolean; readonly types: Set<string> };

type Branch = { readonly grants: readonly string[]; readonly excepts: readonly string[] };

type Writer = {
  readonly tuples: Map<string, Held>;
  readonly relations: Map<string, Relation>;
  /** For each action, what allows and what denies. */
  readonly actions: Map<string, { readonly can: string; readonly allow: Map<string, Branch>; readonly deny: Map<string, Branch> }>;
};

function newWriter(): Writer {
  return { tuples: new Map(), relations: new Map(), actions: new Map() };
}

function write(writer: Writer, tuple: Pick<Held, 'user' | 'relation' | 'object'>, condition?: Said): void {
  const key = `${tuple.object} ${tuple.relation} ${tuple.user}`;
  const held = writer.tuples.get(key) ?? { ...tuple, conditions: new Set() };
  held.conditions.add(condition);
  writer.tuples.set(key, held);
}

function writeEdge(writer: Writer, child: EntityUid, parent: EntityUid, universe: Universe): void {
  const [low, high] = [printObject(child), printObject(parent)];
  write(writer, { user: low, relation: 'member', object: high });
  if (universe.hasMembers(child)) write(writer, { user: `${low}#member`, relation: 'member', object: high });
  write(writer, { user: high, relation: 'parent', object: low });
}

function writeSaying(writer: Writer, { id, effect, grants, excepts }: Saying, universe: Universe): void {
  if (effect === 'claim') return;
  const own = excepts.length === 0 ? '' : `_${bytesToHex(sha256(utf8ToBytes(id)).subarray(0, 4))}`;
  const byAction = new Map(grants.map(({ action }) => [keyOf(action), action]));
  for (const [key, action] of byAction) {
    const put = (role: string, list: readonly Relationship[]) => [
      ...new Set(list.filter((each) => keyOf(each.action) === key).map((each) => writeRelationship(writer, role, each, universe))),
    ];
    const branch = { grants: put(`${effect}${own}`, grants), excepts: put(`except${own}`, excepts) };
    const held = writer.actions.get(key) ?? { can: printRelation('can', action), allow: new Map(), deny: new Map() };
    const earlier = held[effect].get(own);
    held[effect].set(own, { grants: [...new Set([...(earlier?.grants ?? []), ...branch.grants])], excepts: branch.excepts });
    writer.actions.set(key, held);
  }
}

function writeRelationship(
  writer: Writer,
  role: string,
  { user, action, object, inherited, condition }: Relationship,
  universe: Universe,
): string {
  const relation = printRelation(inherited ? `${role}_in` : role, action);
  const held = writer.relations.get(relation) ?? { inherited, types: new Set() };
  held.types.add(object.type);
  if (inherited) for (const type of typesWithin(object, universe)) held.types.add(type);
  writer.relations.set(relation, held);
  write(writer, { user, relation, object: printObject(object) }, condition);
  return relation;
}

function typesWithin(object: EntityUid, universe: Universe): readonly string[] {
  return universe.held({ kind: 'within', uid: object }, 'entities').map(({ type }) => type);
}

/** A tuple holds one condition: those of several rules are joined. */
function printTuples({ tuples }: Writer): { readonly tuples: readonly Tuple[]; readonly conditions: readonly Condition[] } {
  const conditions = new Map<string, Condition>();
  const printed = [...tuples.values()].map(({ user, relation, object, conditions: held }): Tuple => {
    const said = [...held];
    const joined = said.includes(undefined) ? undefined : either(said.filter((each) => each !== undefined));
    if (joined === undefined) return { user, relation, object };
    const name = `c_${bytesToHex(sha256(utf8ToBytes(joined.expression)).subarray(0, 6))}`;
    const parameters = Object.fromEntries(
      Object.entries(joined.parameters)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([parameter, type]) => [parameter, { type_name: type }]),
    );
    conditions.set(name, { name, expression: joined.expression, parameters });
    return { user, relation, object, condition: { name } };
  });
  return { tuples: printed.toSorted(byText), conditions: [...conditions.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function byText(a: Tuple, b: Tuple): number {
  const [left, right] = [a, b].map(({ object, relation, user }) => `${object} ${relation} ${user}`) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

function printTypeDefinition(writer: Writer, type: string, tuples: readonly Tuple[], universe: Universe): TypeDefinition {
  const direct = directTypes(type, tuples);
  const relations = new Map<string, Userset>();
  for (const name of ['member', 'parent']) if (direct.has(name)) relations.set(name, { this: {} });
  for (const [name, { inherited, types }] of writer.relations)
    if (types.has(type)) relations.set(name, userset(name, inherited && hasParents(type, name, writer, universe), direct.has(name)));
  for (const { can, allow, deny } of writer.actions.values()) {
    const [yes, no] = [branchesOf(allow, relations), branchesOf(deny, relations)];
    if (yes !== undefined) relations.set(can, no === undefined ? yes : { difference: { base: yes, subtract: no } });
  }
  const sorted = [...relations].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const related = sorted
    .filter(([name]) => direct.has(name))
    .map(([name]) => [name, { directly_related_user_types: direct.get(name) ?? [] }]);
  return {
    type: printType(type),
    relations: Object.fromEntries(sorted),
    metadata: related.length === 0 ? null : { relations: Object.fromEntries(related) },
  };
}

/** Something of the type lies in something that has the relation. */
function hasParents(type: string, relation: string, { relations }: Writer, { edges }: Universe): boolean {
  const types = relations.get(relation)?.types;
  return edges.some(({ child, parent }) => child.type === type && types?.has(parent.type) === true);
}

function userset(name: string, fromParent: boolean, isDirect: boolean): Userset {
  const own: Userset = { this: {} };
  const inherited: Userset = { tupleToUserset: { tupleset: { relation: 'parent' }, computedUserset: { relation: name } } };
  if (!fromParent) return own;
  return isDirect ? { union: { child: [own, inherited] } } : inherited;
}

function branchesOf(branches: ReadonlyMap<string, Branch>, relations: ReadonlyMap<string, Userset>): Userset | undefined {
  const there = (names: readonly string[]) => names.filter((name) => relations.has(name)).toSorted();
  const found = [...branches]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { grants, excepts }]): readonly Userset[] => {
      const [base, subtract] = [unionOf(there(grants).map(computed)), unionOf(there(excepts).map(computed))];
      if (base === undefined) return [];
      return [subtract === undefined ? base : { difference: { base, subtract } }];
    });
  return unionOf(found);
}

function computed(relation: string): Userset {
  return { computedUserset: { relation } };
}

function unionOf(children: readonly Userset[]): Userset | undefined {
  const [first, ...more] = children;
  return first === undefined || more.length === 0 ? first : { union: { child: children } };
}

/** Who may be written as directly related: what the tuples have. */
function directTypes(type: string, tuples: readonly Tuple[]): ReadonlyMap<string, readonly UserType[]> {
  const found = new Map<string, Map<string, UserType>>();
  for (const { user, relation, object, condition } of tuples) {
    if (!object.startsWith(`${printType(type)}:`)) continue;
    const each = userTypeOf(user, condition?.name);
    const held = found.get(relation) ?? new Map<string, UserType>();
    held.set(JSON.stringify(each), each);
    found.set(relation, held);
  }
  return new Map(
    [...found].map(([relation, held]) => [relation, [...held].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)]),
  );
}

function userTypeOf(user: string, condition: string | undefined): UserType {
  const type = user.slice(0, user.indexOf(':'));
  const given = condition === undefined ? {} : { condition };
  if (user.endsWith(':*')) return { type, wildcard: {}, ...given };
  return user.endsWith('#member') ? { type, relation: 'member', ...given } : { type, ...given };
}
