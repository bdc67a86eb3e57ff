/**
 * Access and AI rules to Rego: policy.rego never changes; data.json holds entities, rules with their conditions as graphs, and for each
 * kind an index from an action and a resource, or what they are in, to the rules that may match, so that no rule is looked at in vain.
 *
 * A test that policy.rego does not have is an error, and denies: a loss of the rules that ask it.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { canonicalJson } from '../../../digest.ts';
import type { Json, JsonObject } from '../../../json.ts';
import { directoryOf } from '../../access/directory.ts';
import { entityStore } from '../../access/entity-store.ts';
import type { AccessClause, ReadPart } from '../../access/interpret.ts';
import { type AccessKind, accessRules } from '../../access/policies.ts';
import { type ReadRules, readRules } from '../../access/read-rule.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import { printData } from '../rego/print-data.ts';
import type { Compilation } from '../target.ts';
import { conditionData } from './conditions.ts';
import { entitiesData } from './entities.ts';
import { indexKey, selectorData } from './keys.ts';
import { regoAccessLosses } from './losses.ts';
import { policyText } from './policy-text.ts';
import { readRegoAccess } from './read.ts';

const kinds: readonly AccessKind[] = ['access', 'ai'];

export function compileRegoAccess(policies: readonly Policy[], inventory: Inventory): Compilation {
  const directory = directoryOf(inventory);
  const parts = kinds.map((kind) => partOf(kind, readRules(accessRules(policies, kind), inventory)));
  const authorization = {
    entities: entitiesData(directory),
    ...Object.fromEntries(parts.map(({ kind, data }) => [kind, data])),
  };
  const artifact = artifactOf('rego-access', { 'data.json': ascii(printData({ edict: { authorization } })), 'policy.rego': policyText });
  if (parts.every(({ broken }) => broken.size === 0)) return { artifact, losses: [] };
  const back = readRegoAccess(artifact);
  const store = entityStore(directory);
  const losses = parts.flatMap(({ kind, read, broken }) => {
    const compiled = back.find((each) => each.kind === kind)?.clauses ?? [];
    return broken.size === 0 ? [] : regoAccessLosses({ read, compiled, broken, store });
  });
  return { artifact, losses };
}

/** A name that turns text around, or hides in it, is seen. */
function ascii(text: string): string {
  return text.replaceAll(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

type Part = {
  readonly kind: AccessKind;
  readonly read: ReadRules;
  readonly data: JsonObject;
  /** Rules with a test that there is not. */
  readonly broken: ReadonlySet<string>;
};

function partOf(kind: AccessKind, read: ReadRules): Part {
  const rules = read.clauses.map((clause) => ({ clause, ...ruleData(clause) }));
  const broken = new Set(rules.flatMap(({ clause, isWhole }) => (isWhole ? [] : [clause.id])));
  const data = {
    timezone: read.timezone ?? null,
    index: indexOf(read.clauses),
    rules: Object.fromEntries(rules.map(({ clause, data: rule }) => [clause.id, rule])),
  };
  return { kind, read, data, broken };
}

type PartData = { readonly data: JsonObject; readonly isWhole: boolean };

function ruleData(clause: AccessClause): PartData {
  const [match, excepts] = [partData(clause), clause.excepts.map(partData)];
  return {
    data: { effect: clause.effect, ...match.data, except: excepts.map(({ data }) => data) },
    isWhole: match.isWhole && excepts.every(({ isWhole }) => isWhole),
  };
}

function partData({ scope, conditions }: ReadPart): PartData {
  const when = conditions.map(conditionData);
  const [principals, actions, resources] = [scope.principals, scope.actions, scope.resources].map((selectors) =>
    inOrder(selectors.map(selectorData)),
  );
  return {
    data: { principals: principals ?? [], actions: actions ?? [], resources: resources ?? [], when: when.map(({ data }) => data) },
    isWhole: when.every(({ isWhole }) => isWhole),
  };
}

function inOrder(values: readonly Json[]): readonly Json[] {
  const found = new Map(values.map((value) => [canonicalJson(value), value]));
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}

/** By action, then by resource. */
function indexOf(clauses: readonly AccessClause[]): JsonObject {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { id, scope } of clauses)
    for (const action of scope.actions.map(indexKey))
      for (const resource of scope.resources.map(indexKey)) {
        const byResource = found.get(action) ?? new Map<string, Set<string>>();
        found.set(action, byResource);
        byResource.set(resource, (byResource.get(resource) ?? new Set()).add(id));
      }
  const print = (byResource: ReadonlyMap<string, ReadonlySet<string>>): JsonObject =>
    Object.fromEntries([...byResource].map(([resource, ids]) => [resource, [...ids].toSorted()]));
  return Object.fromEntries([...found].map(([action, byResource]) => [action, print(byResource)]));
}
