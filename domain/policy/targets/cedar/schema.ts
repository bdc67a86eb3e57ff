/** What a Cedar schema says, in one form for both of its notations: types of attributes, and which actions are in which. */
import { type Entity, type EntityUid, keyOf } from '../../access/entity.ts';

export type CedarType =
  | { readonly kind: 'boolean' | 'long' | 'string' }
  | { readonly kind: 'set'; readonly element: CedarType }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, CedarType> }
  /** A name that is an entity's, a common type's or an extension's. */
  | { readonly kind: 'name'; readonly name: string; readonly namespace: string };

export type SchemaEntity = { readonly shape: CedarType | undefined; readonly tags: CedarType | undefined };

export type SchemaAction = { readonly uid: EntityUid; readonly parents: readonly EntityUid[]; readonly context: CedarType | undefined };

export type CedarSchema = {
  /** By full name. */
  readonly entities: ReadonlyMap<string, SchemaEntity>;
  readonly types: ReadonlyMap<string, CedarType>;
  readonly actions: readonly SchemaAction[];
};

export function mergeSchemas(schemas: readonly CedarSchema[]): CedarSchema {
  return {
    entities: new Map(schemas.flatMap(({ entities }) => [...entities])),
    types: new Map(schemas.flatMap(({ types }) => [...types])),
    actions: schemas.flatMap(({ actions }) => actions),
  };
}

export function qualify(namespace: string, name: string): string {
  return namespace === '' || name.includes('::') ? name : `${namespace}::${name}`;
}

const primitives: { readonly [name: string]: ResolvedType } = {
  Bool: { kind: 'boolean' },
  Boolean: { kind: 'boolean' },
  Long: { kind: 'long' },
  String: { kind: 'string' },
};

const extensionOfType: { readonly [name: string]: 'ip' | 'decimal' | 'datetime' | 'duration' } = {
  ipaddr: 'ip',
  decimal: 'decimal',
  datetime: 'datetime',
  duration: 'duration',
};

export type ResolvedType =
  | Exclude<CedarType, { readonly kind: 'name' }>
  | { readonly kind: 'entity'; readonly name: string }
  | { readonly kind: 'extension'; readonly name: 'ip' | 'decimal' | 'datetime' | 'duration' };

/** A name means the nearest: in its own namespace first, a common type before an entity; then what Cedar itself brings. */
export function resolveType(schema: CedarSchema, type: CedarType | undefined, depth = 0): ResolvedType | undefined {
  if (type === undefined || depth > 64) return undefined;
  if (type.kind !== 'name') return type;
  const bare = type.name.replace(/^__cedar::/, '');
  const names = type.name === bare ? [qualify(type.namespace, bare), bare] : [];
  const declared = names.find((name) => schema.types.has(name) || schema.entities.has(name));
  if (declared === undefined) return builtIn(bare);
  const common = schema.types.get(declared);
  return common === undefined ? { kind: 'entity', name: declared } : resolveType(schema, common, depth + 1);
}

function builtIn(name: string): ResolvedType | undefined {
  if (Object.hasOwn(primitives, name)) return primitives[name];
  const extension = Object.hasOwn(extensionOfType, name) ? extensionOfType[name] : undefined;
  return extension === undefined ? undefined : { kind: 'extension', name: extension };
}

/** The actions as entities: with the actions that they are in as parents. */
export function actionEntities({ actions }: CedarSchema): readonly Entity[] {
  const found = new Map(actions.map(({ uid, parents }) => [keyOf(uid), { uid, parents }]));
  return [...found.values()];
}
