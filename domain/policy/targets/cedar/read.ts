/**
 * What Cedar policies do, read from their text by Cedar's own rules: a policy whose condition errs is skipped, `forbid` overrides
 * `permit`, and what nothing permits is denied.
 */
import { EdictError } from '../../../errors.ts';
import type { AccessKind } from '../../access/policies.ts';
import type { AttributePath } from '../../access/space/atom.ts';
import type { AccessClause } from '../../access/interpret.ts';
import type { AccessRead } from '../../access/prove.ts';
import { readRules } from '../../access/read-rule.ts';
import type { Artifact } from '../target.ts';
import { parseCedar } from './parse.ts';
import { parseCedarSchemaJson } from './parse-schema-json.ts';
import { type CedarSchema, type CedarType, type ResolvedType, resolveType } from './schema.ts';
import { cedarClaim, ruleOfCedar } from './to-rules.ts';
import { readEntities } from './entities.ts';

/** Throws `artifact-unreadable`. */
export function readCedar(artifact: Artifact): readonly AccessRead[] {
  const paths = Object.keys(artifact.files);
  const kinds = (['access', 'ai'] as const).filter((kind) => paths.includes(`${kind}.cedar`));
  const expected = kinds.flatMap((kind) => [`${kind}.cedar`, `${kind}.cedarschema.json`, `${kind}.entities.json`]);
  if (artifact.target !== 'cedar' || paths.length !== expected.length || !expected.every((path) => paths.includes(path)))
    throw new EdictError('artifact-unreadable', `cannot read files \`${paths.join(' ')}\` of a ${artifact.target} artifact`, {
      expected: 'policies, schema and entities of each kind',
    });
  return kinds.map((kind) => readKind(kind, artifact));
}

function readKind(kind: AccessKind, { files }: Artifact): AccessRead {
  const schema = parseCedarSchemaJson(parseJson(files[`${kind}.cedarschema.json`]));
  readEntities(parseJson(files[`${kind}.entities.json`]), schema);
  return { kind, clauses: clausesOfText(files[`${kind}.cedar`] ?? ''), typeOf: (path) => typeOf(path, schema) };
}

function clausesOfText(text: string): readonly AccessClause[] {
  const rules = parseCedar(text).map((policy, at) => ({
    id: policy.annotations['id'] ?? `policy${at}`,
    rule: ruleOfCedar(policy, 'x', 'x'),
  }));
  const all = [...rules, { id: 'cedar-default', rule: cedarClaim('x') }];
  return readRules(all, { assets: [], zones: [] }).clauses;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'cannot read a file that is not JSON', { cause });
  }
}

/** The type that every principal, resource or context of the schema gives it, where they agree. */
function typeOf({ root, names }: AttributePath, schema: CedarSchema): string | undefined {
  const shapes: readonly (CedarType | undefined)[] =
    root === 'context' ? schema.actions.map(({ context }) => context) : [...schema.entities.values()].map(({ shape }) => shape);
  const found = new Set(shapes.map((shape) => typeAt(shape, names, schema)).filter((type) => type !== undefined));
  return found.size === 1 ? [...found][0] : undefined;
}

function typeAt(shape: CedarType | undefined, names: readonly string[], schema: CedarSchema): string | undefined {
  let type: ResolvedType | undefined = resolveType(schema, shape);
  for (const name of names) type = type?.kind === 'record' ? resolveType(schema, type.fields.get(name)) : undefined;
  return type === undefined ? undefined : type.kind === 'extension' ? type.name : type.kind;
}
