/** The schema and the entities that go with compiled policies: what the rules read, and nothing else of the inventory. */
import type { AttributeValue, EntityUid } from '../../access/entity.ts';
import { keyOf } from '../../access/entity.ts';
import type { AttributePath } from '../../access/space/atom.ts';
import { type AttributeType, isActionType, typeOfJson, type Vocabulary } from './vocabulary.ts';

type Json = { [name: string]: unknown };

/** In Cedar's JSON form, by namespace. */
export function schemaOf(vocabulary: Vocabulary): Json {
  const { principalTypes, resourceTypes, actions, attributes } = vocabulary;
  const context = recordType('context', [...attributes.values()]);
  const schema: Json = {};
  const into = (namespace: string) => (schema[namespace] ??= { entityTypes: {}, actions: {} }) as { entityTypes: Json; actions: Json };
  into('');
  for (const type of entityTypes(vocabulary)) {
    const { namespace, name } = split(type);
    into(namespace).entityTypes[name] = entityType(type, vocabulary);
  }
  for (const uid of actions) {
    into(split(uid.type).namespace).actions[uid.id] = {
      memberOf: parentsOf(uid, vocabulary).map(({ type, id }) => ({ type, id })),
      appliesTo: { principalTypes, resourceTypes, context },
    };
  }
  return schema;
}

function split(type: string): { readonly namespace: string; readonly name: string } {
  const at = type.lastIndexOf('::');
  return at < 0 ? { namespace: '', name: type } : { namespace: type.slice(0, at), name: type.slice(at + 2) };
}

function parentsOf(uid: EntityUid, { store }: Vocabulary): readonly EntityUid[] {
  return store.raw(keyOf(uid))?.parents ?? [];
}

/** Every type that something is of: named by rules, in the directory, or the type of an attribute. */
function entityTypes({ principalTypes, resourceTypes, attributes, directory }: Vocabulary): readonly string[] {
  const found = new Set([
    ...principalTypes,
    ...resourceTypes,
    ...directory.flatMap(({ uid, parents = [] }) => [uid.type, ...parents.map(({ type }) => type)]),
    ...[...attributes.values()].flatMap(({ type }) => (type.entity === undefined ? [] : [type.entity])),
  ]);
  return [...found].filter((type) => !isActionType(type)).toSorted();
}

function entityType(type: string, { principalTypes, resourceTypes, attributes, directory }: Vocabulary): Json {
  const parents = new Set(
    directory.filter(({ uid }) => uid.type === type).flatMap((each) => (each.parents ?? []).map((parent) => parent.type)),
  );
  const roots = [...(principalTypes.includes(type) ? ['principal'] : []), ...(resourceTypes.includes(type) ? ['resource'] : [])];
  const read = [...attributes.values()].filter(({ path }) => roots.includes(path.root));
  return {
    memberOfTypes: [...parents].toSorted(),
    shape: { ...recordTypeOf(read.map(({ path, type: each }) => ({ names: path.names, type: each }))) },
  };
}

type Given = { readonly path: AttributePath; readonly type: AttributeType };

function recordType(root: AttributePath['root'], attributes: readonly Given[]): Json {
  return recordTypeOf(attributes.filter(({ path }) => path.root === root).map(({ path, type }) => ({ names: path.names, type })));
}

/** Nothing is required: what is missing is a case of its own. */
function recordTypeOf(attributes: readonly { readonly names: readonly string[]; readonly type: AttributeType }[]): Json {
  const fields: Json = {};
  const nested = new Map<string, { names: readonly string[]; type: AttributeType }[]>();
  for (const { names, type } of attributes) {
    const [name = '', ...rest] = names;
    if (rest.length === 0) fields[name] = { ...typeText(type), required: false };
    else nested.set(name, [...(nested.get(name) ?? []), { names: rest, type }]);
  }
  for (const [name, inner] of nested) fields[name] = { ...recordTypeOf(inner), required: false };
  return { type: 'Record', attributes: fields };
}

function typeText({ kind, entity, element }: AttributeType): Json {
  switch (kind) {
    case 'Bool':
      return { type: 'Boolean' };
    case 'Long':
    case 'String':
      return { type: kind };
    case 'Entity':
      return { type: 'Entity', name: entity ?? 'user' };
    case 'Set':
      return { type: 'Set', element: typeText({ kind: element ?? 'String', entity }) };
    case 'Record':
      return { type: 'Record', attributes: {} };
    default:
      return { type: 'Extension', name: kind };
  }
}

/** With the attributes that rules read and whose type is the schema's. */
export function entitiesOf({ directory, attributes, principalTypes, resourceTypes }: Vocabulary): readonly Json[] {
  const readAs = (type: string, name: string): AttributeType | undefined =>
    [...attributes.values()].find(({ path }) => path.names.length === 1 && path.names[0] === name && typesFor(path.root).includes(type))
      ?.type;
  const typesFor = (root: AttributePath['root']) => (root === 'principal' ? principalTypes : root === 'resource' ? resourceTypes : []);
  return directory
    .filter(({ uid }) => !isActionType(uid.type))
    .map(({ uid, attrs = {}, parents = [] }) => ({
      uid,
      attrs: Object.fromEntries(Object.entries(attrs).filter(([name, value]) => isOfType(value, readAs(uid.type, name)))),
      parents: parents.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    }))
    .toSorted((a, b) => (keyOf(a.uid) < keyOf(b.uid) ? -1 : 1));
}

export function isOfType(value: AttributeValue, type: AttributeType | undefined): boolean {
  if (type === undefined) return false;
  if (Array.isArray(value) && type.kind === 'Set') return value.every((each: AttributeValue) => typeOfJson(each).kind === type.element);
  const found = typeOfJson(value);
  return found.kind === type.kind && found.entity === type.entity;
}
