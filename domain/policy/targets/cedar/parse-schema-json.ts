/** Schemas in Cedar's JSON form (docs.cedarpolicy.com, "Schema format: JSON"). */
import { EdictError } from '../../../errors.ts';
import type { EntityUid } from '../../access/entity.ts';
import { type CedarSchema, type CedarType, qualify, type SchemaAction, type SchemaEntity } from './schema.ts';

type Fields = { readonly [name: string]: unknown };

/** Throws `artifact-unreadable`. */
export function parseCedarSchemaJson(value: unknown): CedarSchema {
  const entities = new Map<string, SchemaEntity>();
  const types = new Map<string, CedarType>();
  const actions: SchemaAction[] = [];
  for (const [namespace, body] of Object.entries(fieldsOf(value, 'a schema'))) {
    const { commonTypes = {}, entityTypes = {}, actions: declared = {} } = fieldsOf(body, `namespace \`${namespace}\``);
    for (const [name, type] of Object.entries(fieldsOf(commonTypes, 'commonTypes')))
      types.set(qualify(namespace, name), readType(type, namespace));
    for (const [name, type] of Object.entries(fieldsOf(entityTypes, 'entityTypes'))) {
      const { shape, tags } = fieldsOf(type, `entity type \`${name}\``);
      entities.set(qualify(namespace, name), { shape: maybe(shape, namespace), tags: maybe(tags, namespace) });
    }
    for (const [id, action] of Object.entries(fieldsOf(declared, 'actions'))) actions.push(readAction(id, action, namespace));
  }
  return { entities, types, actions };
}

function readAction(id: string, value: unknown, namespace: string): SchemaAction {
  const { memberOf, appliesTo } = fieldsOf(value ?? {}, `action \`${id}\``);
  const parents = listOf(memberOf ?? [], 'memberOf').map((parent): EntityUid => {
    const { type, id: parentId } = fieldsOf(parent, 'memberOf');
    return { type: qualify(namespace, typeof type === 'string' ? type : 'Action'), id: String(parentId) };
  });
  const { context } = fieldsOf(appliesTo ?? {}, 'appliesTo');
  return { uid: { type: qualify(namespace, 'Action'), id }, parents, context: maybe(context, namespace) };
}

function maybe(value: unknown, namespace: string): CedarType | undefined {
  return value === undefined || value === null ? undefined : readType(value, namespace);
}

function readType(value: unknown, namespace: string): CedarType {
  const { type, element, attributes, name } = fieldsOf(value, 'a type');
  switch (type) {
    case 'Record':
      return {
        kind: 'record',
        fields: new Map(Object.entries(fieldsOf(attributes ?? {}, 'attributes')).map(([key, each]) => [key, readType(each, namespace)])),
      };
    case 'Set':
      return { kind: 'set', element: readType(element, namespace) };
    case 'Entity':
    case 'EntityOrCommon':
    case 'Extension':
      return { kind: 'name', name: String(name), namespace };
    default:
      return { kind: 'name', name: String(type), namespace };
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new EdictError('artifact-unreadable', `cannot read ${what} of a schema`, { expected: 'an object' });
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new EdictError('artifact-unreadable', `cannot read ${what} of a schema`, { expected: 'a list' });
  return value;
}
