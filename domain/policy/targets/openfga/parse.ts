/** JSON of OpenFGA's API to a model and tuples, with nothing in them that we do not read. */
import { parseCondition, unreadable } from './parse-condition.ts';
import type { Expression } from '../../access/expression.ts';
import type { Condition, ParameterType, Userset } from './store.ts';

export type ReadTuple = { readonly user: string; readonly condition: Expression | undefined };

export type Store = {
  /** By type. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, Userset>>;
  /** By object and relation. */
  readonly tuples: ReadonlyMap<string, ReadonlyMap<string, readonly ReadTuple[]>>;
};

type Json = { readonly [key: string]: unknown };

export function parseStore(model: string, tuples: string): Store {
  const root = objectOf(parse(model, 'model.json'), 'model.json', ['schema_version', 'type_definitions', 'conditions']);
  if (root['schema_version'] !== '1.1') throw unreadable('model.json', `schema \`${JSON.stringify(root['schema_version'])}\``, '1.1');
  const conditions = new Map(
    Object.entries(objectOf(root['conditions'], 'conditions')).map(([name, value]) => [name, readCondition(name, value)]),
  );
  const types = new Map(listOf(root['type_definitions'], 'type_definitions').map(readType));
  if (types.size !== listOf(root['type_definitions'], 'type_definitions').length) throw unreadable('model.json', 'a type defined twice');
  const keys = objectOf(parse(tuples, 'tuples.json'), 'tuples.json', ['tuple_keys']);
  return { types, tuples: readTuples(listOf(keys['tuple_keys'], 'tuple_keys'), types, conditions) };
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(file, 'text that is no JSON');
  }
}

function readCondition(key: string, value: unknown): Expression {
  const { name, expression, parameters } = objectOf(value, key, ['name', 'expression', 'parameters']);
  if (name !== key || typeof expression !== 'string') throw unreadable(key, `condition \`${JSON.stringify(name)}\``);
  const types = Object.entries(objectOf(parameters, key)).map(
    ([parameter, type]) => [parameter, { type_name: parameterType(type, key) }] as const,
  );
  return parseCondition({ name: key, expression, parameters: Object.fromEntries(types) } satisfies Condition);
}

const parameterTypes: readonly string[] = [
  'TYPE_NAME_BOOL',
  'TYPE_NAME_STRING',
  'TYPE_NAME_INT',
  'TYPE_NAME_IPADDRESS',
] satisfies readonly ParameterType[];

function parameterType(value: unknown, where: string): ParameterType {
  const { type_name: type } = objectOf(value, where, ['type_name']);
  if (typeof type !== 'string' || !parameterTypes.includes(type))
    throw unreadable(where, `type \`${JSON.stringify(type)}\``, parameterTypes.join(', '));
  return type as ParameterType;
}

function readType(value: unknown): readonly [string, ReadonlyMap<string, Userset>] {
  const { type, relations } = objectOf(value, 'type', ['type', 'relations', 'metadata']);
  if (typeof type !== 'string') throw unreadable('model.json', `type \`${JSON.stringify(type)}\``);
  return [
    type,
    new Map(Object.entries(objectOf(relations, type)).map(([name, rewrite]) => [name, readUserset(rewrite, `${type}#${name}`)])),
  ];
}

function readUserset(value: unknown, where: string): Userset {
  const [[kind, body] = ['', undefined], ...more] = Object.entries(objectOf(value, where));
  if (more.length > 0) throw unreadable(where, 'two rewrites in one');
  switch (kind) {
    case 'this':
      objectOf(body, where, []);
      return { this: {} };
    case 'computedUserset':
      return { computedUserset: { relation: relationIn(body, where) } };
    case 'tupleToUserset': {
      const { tupleset, computedUserset } = objectOf(body, where, ['tupleset', 'computedUserset']);
      return {
        tupleToUserset: {
          tupleset: { relation: relationIn(tupleset, where) },
          computedUserset: { relation: relationIn(computedUserset, where) },
        },
      };
    }
    case 'union':
      return { union: { child: listOf(objectOf(body, where, ['child'])['child'], where).map((each) => readUserset(each, where)) } };
    case 'difference': {
      const { base, subtract } = objectOf(body, where, ['base', 'subtract']);
      return { difference: { base: readUserset(base, where), subtract: readUserset(subtract, where) } };
    }
    default:
      throw unreadable(where, `rewrite \`${kind}\``, '`this`, `computedUserset`, `tupleToUserset`, `union` or `difference`');
  }
}

function relationIn(value: unknown, where: string): string {
  const { relation } = objectOf(value, where, ['relation']);
  if (typeof relation !== 'string') throw unreadable(where, `relation \`${JSON.stringify(relation)}\``);
  return relation;
}

function readTuples(list: readonly unknown[], types: Store['types'], conditions: ReadonlyMap<string, Expression>): Store['tuples'] {
  const found = new Map<string, Map<string, ReadTuple[]>>();
  for (const value of list) {
    const { user, relation, object, condition } = readTuple(value);
    if (types.get(object.slice(0, object.indexOf(':')))?.has(relation) !== true)
      throw unreadable('tuples.json', `\`${relation}\` of \`${object}\``, 'a relation of the model');
    const relations = found.get(object) ?? new Map<string, ReadTuple[]>();
    const held = relations.get(relation) ?? [];
    if (held.some((each) => each.user === user)) throw unreadable('tuples.json', `\`${user}\` twice as \`${relation}\` of \`${object}\``);
    relations.set(relation, [...held, { user, condition: condition === undefined ? undefined : named(condition, conditions) }]);
    found.set(object, relations);
  }
  return found;
}

type PlainTuple = { readonly user: string; readonly relation: string; readonly object: string; readonly condition: unknown };

function readTuple(value: unknown): PlainTuple {
  const { user, relation, object, condition } = objectOf(value, 'tuples.json', ['user', 'relation', 'object', 'condition']);
  if (typeof user !== 'string' || typeof relation !== 'string' || typeof object !== 'string')
    throw unreadable('tuples.json', `\`${JSON.stringify(value)}\``, '`user`, `relation` and `object`');
  return { user, relation, object, condition };
}

function named(condition: unknown, conditions: ReadonlyMap<string, Expression>): Expression {
  const { name } = objectOf(condition, 'tuples.json', ['name']);
  const found = typeof name === 'string' ? conditions.get(name) : undefined;
  if (found === undefined) throw unreadable('tuples.json', `condition \`${JSON.stringify(name)}\``, 'one of the model');
  return found;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(where, 'what is no list');
  return value;
}

/** An object; without other keys than these, where they are given. */
function objectOf(value: unknown, where: string, keys?: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(where, 'what is no object');
  const other = keys === undefined ? undefined : Object.keys(value).find((key) => !keys.includes(key));
  if (other !== undefined) throw unreadable(where, `\`${other}\``, keys?.join(', '));
  return value as Json;
}
