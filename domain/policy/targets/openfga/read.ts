/**
 * Reads OpenFGA back into access rules, by what a check answers (openfga.dev, "Concepts", "Configuration Language"): each relation `can_…` of each
 * type is followed to the tuples that it comes from. What is in the subtrahend of the outermost `difference` denies, what remains allows, and
 * everything else is refused, for a check answers no. Shares no code with compile.ts.
 */
import type { EntityUid } from '../../access/entity.ts';
import { allOf, type Expression } from '../../access/expression.ts';
import type { AccessClause, ReadPart } from '../../access/interpret.ts';
import type { AccessRead } from '../../access/prove.ts';
import type { Selector } from '../../access/selector.ts';
import type { Artifact } from '../target.ts';
import { actionOf, parseObject, parseType } from './names.ts';
import { unreadable } from './parse-condition.ts';
import { parseStore, type Store } from './parse.ts';
import type { Userset } from './store.ts';

export function readOpenFga(artifact: Artifact): readonly AccessRead[] {
  const { 'model.json': model, 'tuples.json': tuples, ...others } = artifact.files;
  if (artifact.target !== 'openfga' || model === undefined || tuples === undefined || Object.keys(others).length > 0)
    throw unreadable(
      '',
      `files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`,
      '`model.json` and `tuples.json`',
    );
  const store = parseStore(model, tuples);
  const clauses = [...store.tuples.keys()].flatMap((object) => clausesOf(store, object));
  const rest: AccessClause = {
    id: 'rest',
    effect: 'claim',
    scope: { principals: any, actions: any, resources: any },
    conditions: [],
    excepts: [],
  };
  return [{ kind: 'access', clauses: [...clauses, rest] }];
}

const any: readonly Selector[] = [{ kind: 'any' }];

/** Who is related to an object, where `condition` holds; but where an exception applies. */
type Related = { readonly principal: Selector; readonly condition: Expression | undefined; readonly excepts: readonly Related[] };

function clausesOf(store: Store, object: string): readonly AccessClause[] {
  const uid = uidOf(object);
  return [...relationsOf(store, object)].flatMap(([relation, rewrite]) => {
    const action = relation.startsWith('can_') ? actionOf(relation) : undefined;
    if (action === undefined) return [];
    const [base, subtract] = 'difference' in rewrite ? [rewrite.difference.base, rewrite.difference.subtract] : [rewrite, undefined];
    const make = (effect: 'allow' | 'deny') => (related: Related) =>
      clauseOf({ effect, related, action, object: uid, name: `${object}#${relation}` });
    const denied = subtract === undefined ? [] : relatedBy(store, object, subtract, []).map(make('deny'));
    return [...denied, ...relatedBy(store, object, base, []).map(make('allow'))];
  });
}

function relationsOf({ types }: Store, object: string): ReadonlyMap<string, Userset> {
  const type = object.slice(0, object.indexOf(':'));
  const found = types.get(type);
  if (found === undefined) throw unreadable('tuples.json', `\`${object}\``, 'an object of a type of the model');
  return found;
}

function uidOf(object: string): EntityUid {
  const uid = parseObject(object);
  if (uid === undefined) throw unreadable('tuples.json', `\`${object}\``, '`type:id`');
  return uid;
}

type Made = {
  readonly effect: 'allow' | 'deny';
  readonly related: Related;
  readonly action: EntityUid;
  readonly object: EntityUid;
  readonly name: string;
};

function clauseOf({ effect, related, action, object, name }: Made): AccessClause {
  const part = ({ principal, condition }: Related): ReadPart => ({
    scope: { principals: [principal], actions: [{ kind: 'exactly', uid: action }], resources: [{ kind: 'exactly', uid: object }] },
    conditions: condition === undefined ? [] : [condition],
  });
  return { id: name, effect, ...part(related), excepts: related.excepts.map(part) };
}

/** What a rewrite gives; `path` is what is being followed, so that a circle is not followed for ever. */
function relatedBy(store: Store, object: string, rewrite: Userset, path: readonly string[]): readonly Related[] {
  if ('this' in rewrite) return directly(store, object, path);
  if ('computedUserset' in rewrite) return followed(store, object, rewrite.computedUserset.relation, path);
  if ('union' in rewrite) return rewrite.union.child.flatMap((child) => relatedBy(store, object, child, path));
  if ('tupleToUserset' in rewrite) {
    const { tupleset, computedUserset } = rewrite.tupleToUserset;
    return (store.tuples.get(object)?.get(tupleset.relation) ?? []).flatMap(({ user, condition }) => {
      if (condition !== undefined || user.includes('#') || user.endsWith(':*'))
        throw unreadable('tuples.json', `\`${user}\` as \`${tupleset.relation}\``, 'an object');
      return relationsOf(store, user).has(computedUserset.relation) ? followed(store, user, computedUserset.relation, path) : [];
    });
  }
  const subtract = relatedBy(store, object, rewrite.difference.subtract, path);
  if (subtract.some(({ excepts }) => excepts.length > 0)) throw unreadable(object, 'an exception of an exception');
  return relatedBy(store, object, rewrite.difference.base, path).map((each) => ({ ...each, excepts: [...each.excepts, ...subtract] }));
}

function followed(store: Store, object: string, relation: string, path: readonly string[]): readonly Related[] {
  const step = `${object}#${relation}`;
  if (path.includes(step)) return [];
  const rewrite = relationsOf(store, object).get(relation);
  if (rewrite === undefined) throw unreadable('model.json', `\`${relation}\` of \`${object}\``, 'a relation of its type');
  return relatedBy(store, object, rewrite, [...path, step]);
}

/** The tuples of the relation that was followed last; a set of users is followed in its turn. */
function directly(store: Store, object: string, path: readonly string[]): readonly Related[] {
  const relation = path.at(-1)?.split('#').at(-1) ?? '';
  return (store.tuples.get(object)?.get(relation) ?? []).flatMap(({ user, condition }) => {
    const [, group, set] = /^([^#]*)#(.*)$/.exec(user) ?? [];
    if (group === undefined || set === undefined) return [{ principal: selectorOf(user), condition, excepts: [] }];
    return followed(store, group, set, path).map((each) => {
      if (each.excepts.length > 0) throw unreadable(user, 'a set of users with exceptions');
      return { ...each, condition: bothOf(condition, each.condition) };
    });
  });
}

function bothOf(one: Expression | undefined, other: Expression | undefined): Expression | undefined {
  const given = [one, other].filter((each) => each !== undefined);
  return given.length === 0 ? undefined : allOf(given);
}

function selectorOf(user: string): Selector {
  const [, type] = /^([A-Za-z0-9_.]+):\*$/.exec(user) ?? [];
  return type === undefined ? { kind: 'exactly', uid: uidOf(user) } : { kind: 'type', type: parseType(type) };
}
