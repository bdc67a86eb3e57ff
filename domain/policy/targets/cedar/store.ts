/**
 * What a Cedar policy store holds, read into the model: policies and linked templates as rules, entities and the schema's actions as
 * entities of the inventory.
 */
import { EdictError } from '../../../errors.ts';
import type { Entity } from '../../access/entity.ts';
import type { AccessRule } from '../../access/model.ts';
import { readEntities, readUid } from './entities.ts';
import { type CedarFault, type CedarPolicy, parseCedar, parseCedarLeniently } from './parse.ts';
import { parseCedarSchemaJson } from './parse-schema-json.ts';
import { parseCedarSchema } from './parse-schema.ts';
import { actionEntities, type CedarSchema, mergeSchemas } from './schema.ts';
import { isTemplate, linkTemplate, type TemplateLink } from './templates.ts';
import { cedarClaim, ruleOfCedar } from './to-rules.ts';

export type CedarDocuments = {
  readonly policies: readonly string[];
  /** In either notation. */
  readonly schemas?: readonly string[] | undefined;
  /** JSON, parsed. */
  readonly entities?: readonly unknown[] | undefined;
  /** JSON, parsed: lists of `{ template_id, link_id, args }`, as Cedar's command line keeps them. */
  readonly links?: readonly unknown[] | undefined;
  /** Go on behind policies that cannot be read, and report them. */
  readonly lenient?: boolean | undefined;
};

export type CedarStore = {
  readonly rules: readonly AccessRule[];
  readonly entities: readonly Entity[];
  readonly schema: CedarSchema;
  readonly faults: readonly CedarFault[];
};

const requirement = 'cedar';

/** Throws `artifact-unreadable`; leniently only for schemas and entities. */
export function readCedarStore({ policies, schemas = [], entities = [], links = [], lenient = false }: CedarDocuments): CedarStore {
  const schema = mergeSchemas(schemas.map(readSchema));
  const parsed = policies.map((text) => (lenient ? parseCedarLeniently(text) : { policies: parseCedar(text), faults: [] }));
  const named = nameAll(parsed.flatMap((each) => each.policies));
  const linked = links.flatMap(readLinks).map((link) => ({ name: link.id, policy: linkNamed(link, named) }));
  const all = [...named.filter(({ policy }) => !isTemplate(policy)), ...linked];
  const ids = uniqueIds(all.map(({ name }) => name));
  return {
    rules: [...all.map(({ policy }, at) => ruleOfCedar(policy, ids[at] ?? '', requirement)), cedarClaim(requirement)],
    entities: [...actionEntities(schema), ...entities.flatMap((list) => readEntities(list, schema))],
    schema,
    faults: parsed.flatMap(({ faults }) => faults),
  };
}

function readSchema(text: string): CedarSchema {
  if (!text.trimStart().startsWith('{')) return parseCedarSchema(text);
  try {
    return parseCedarSchemaJson(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof EdictError) throw cause;
    throw new EdictError('artifact-unreadable', 'the schema is not JSON', { cause });
  }
}

type Named = { readonly name: string; readonly policy: CedarPolicy };

/** `@id("…")`, or `policy<n>` by the place in all the text, as Cedar names them. */
function nameAll(policies: readonly CedarPolicy[]): readonly Named[] {
  return policies.map((policy, at) => ({ name: policy.annotations['id'] ?? `policy${at}`, policy }));
}

function readLinks(value: unknown): readonly TemplateLink[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((each: unknown): TemplateLink => {
    const { template_id, link_id, args } = (typeof each === 'object' && each !== null ? each : {}) as { readonly [name: string]: unknown };
    if (typeof template_id !== 'string' || typeof args !== 'object' || args === null)
      throw new EdictError('artifact-unreadable', 'cannot read a link of a template', { expected: '`{ template_id, link_id, args }`' });
    const values = Object.fromEntries(Object.entries(args).map(([slot, uid]) => [slot, readUid(uid)]));
    return { template: template_id, id: typeof link_id === 'string' ? link_id : `${template_id}-link`, values };
  });
}

function linkNamed({ template, values }: TemplateLink, named: readonly Named[]): CedarPolicy {
  const found = named.find(({ name }) => name === template);
  if (found === undefined) throw new EdictError('artifact-unreadable', `there is no template \`${template}\``);
  return linkTemplate(found.policy, values);
}

/** As ids of rules: letters, digits and `-`, each once. */
function uniqueIds(names: readonly string[]): readonly string[] {
  const taken = new Set<string>(['cedar-default']);
  return names.map((name) => {
    const plain = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 56);
    const base = plain === '' ? 'policy' : plain;
    let id = base;
    for (let count = 2; taken.has(id); count += 1) id = `${base}-${count}`;
    taken.add(id);
    return id;
  });
}
