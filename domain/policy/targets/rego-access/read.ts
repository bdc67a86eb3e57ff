/**
 * Reads data.json back into access rules, by the meaning of the one policy.rego that it knows by digest. Any other text, key or shape is
 * `artifact-unreadable`. A rule says what it says only where the index leads to it. Shares no code with compile.ts.
 */
import { digestOfText } from '../../../digest.ts';
import type { AccessClause, ReadPart } from '../../access/interpret.ts';
import type { AccessKind } from '../../access/policies.ts';
import type { AccessRead } from '../../access/prove.ts';
import type { RuleEffect } from '../../model.ts';
import { type Fields, list, object, openObject, parseJson, textOf, unreadable } from '../rego/read-json.ts';
import type { Artifact } from '../target.ts';
import { readDirectory } from './read-entities.ts';
import { readGraph } from './read-graph.ts';
import { placeOf, readSelectors } from './read-selectors.ts';

/** Of policy-text.ts; taken anew, with this file's meaning, whenever that text changes. */
const knownPolicy = 'sha256:2f067af6e3a6895fee3f3e36cb6e9ce1aa468d386a1562428b62eeeb9f4c4f51';

const kinds: readonly AccessKind[] = ['access', 'ai'];

export function readRegoAccess({ target, files }: Artifact): readonly AccessRead[] {
  const { 'data.json': data, 'policy.rego': policy, ...others } = files;
  if (target !== 'rego-access' || data === undefined || policy === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(files).join(' ')}\` of a ${target} artifact`, 'data.json and policy.rego');
  if (digestOfText(policy) !== knownPolicy) throw unreadable('a policy.rego that is not the known one', knownPolicy);
  const { edict } = object(parseJson(data), ['edict'], 'data.json');
  const { authorization } = object(edict, ['authorization'], 'edict');
  const parts = object(authorization, ['entities', ...kinds], 'edict.authorization');
  const directory = readDirectory(parts['entities']);
  return kinds.map((kind) => ({ kind, directory, ...readKind(parts[kind], kind) }));
}

function readKind(value: unknown, kind: AccessKind): Pick<AccessRead, 'clauses' | 'timezone'> {
  const { timezone, index, rules } = object(value, ['timezone', 'index', 'rules'], kind);
  const clauses = Object.entries(openObject(rules, `${kind}.rules`)).map(([id, rule]) => readRule(id, rule));
  const listed = readIndex(index, `${kind}.index`);
  for (const id of listed.keys())
    if (!clauses.some((clause) => clause.id === id)) throw unreadable(`\`${id}\` in ${kind}.index`, 'a rule that there is');
  return {
    clauses: clauses.flatMap((clause) => reachable(clause, listed.get(clause.id) ?? [])),
    timezone: timezone === null ? undefined : textOf(timezone, 'timezone'),
  };
}

const effects: readonly string[] = ['allow', 'deny', 'claim'] satisfies readonly RuleEffect[];

function readRule(id: string, value: unknown): AccessClause {
  const { effect, except, ...part } = object(value, ['effect', 'except', ...partKeys], `rule \`${id}\``);
  const is = textOf(effect, `rule \`${id}\``);
  if (!effects.includes(is)) throw unreadable(`effect \`${is}\` of rule \`${id}\``, effects.join(', '));
  const excepts = list(except, `rule \`${id}\``).map((each) => readPart(object(each, partKeys, `rule \`${id}\``), id));
  return { id, effect: is as RuleEffect, ...readPart(part, id), excepts };
}

const partKeys = ['principals', 'actions', 'resources', 'when'];

function readPart({ principals, actions, resources, when }: Fields, id: string): ReadPart {
  const where = `rule \`${id}\``;
  return {
    scope: {
      principals: readSelectors(principals, where),
      actions: readSelectors(actions, where),
      resources: readSelectors(resources, where),
    },
    conditions: list(when, where).map((condition) => readGraph(condition, where)),
  };
}

type Place = { readonly action: string; readonly resource: string };

function readIndex(value: unknown, where: string): ReadonlyMap<string, readonly Place[]> {
  const found = new Map<string, Place[]>();
  for (const [action, byResource] of Object.entries(openObject(value, where)))
    for (const [resource, ids] of Object.entries(openObject(byResource, where)))
      for (const each of list(ids, where)) {
        const id = textOf(each, where);
        const places = found.get(id) ?? [];
        found.set(id, places);
        places.push({ action, resource });
      }
  return found;
}

/** The rule where the index leads to it: as it is where that is all of its scope, else a rule for each place. */
function reachable(clause: AccessClause, places: readonly Place[]): readonly AccessClause[] {
  const { principals, actions, resources } = clause.scope;
  const [ofActions, ofResources] = [actions.map(placeOf), resources.map(placeOf)];
  const isListed = (action: string, resource: string) => places.some((place) => place.action === action && place.resource === resource);
  if (!places.every(({ action, resource }) => ofActions.includes(action) && ofResources.includes(resource)))
    throw unreadable(`the index of rule \`${clause.id}\``, 'places of its own scope');
  if (ofActions.every((action) => ofResources.every((resource) => isListed(action, resource)))) return [clause];
  return places.map(({ action, resource }) => ({
    ...clause,
    scope: {
      principals,
      actions: actions.filter((_, at) => ofActions[at] === action),
      resources: resources.filter((_, at) => ofResources[at] === resource),
    },
  }));
}
