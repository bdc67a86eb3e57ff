/**
 * Cedar: folders with `*.cedar`, a schema, entities and requests under `ALLOW`/`DENY` (or `allow_requests`/`deny_requests`), at any
 * depth: read into the model, decided by `decide`, compared with the label. What a folder does not have itself is looked for in those
 * above it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { EdictError } from '../../domain/errors.ts';
import { decideAccess, prepareAccess } from '../../domain/policy/access/decide.ts';
import type { AccessRequest } from '../../domain/policy/access/model.ts';
import { printUid } from '../../domain/policy/access/entity.ts';
import { readContext, readEntities, readUid } from '../../domain/policy/targets/cedar/entities.ts';
import { parseExactJson } from '../../domain/policy/targets/cedar/exact-json.ts';
import type { CedarSchema } from '../../domain/policy/targets/cedar/schema.ts';
import { readCedarStore } from '../../domain/policy/targets/cedar/store.ts';
import { type EvalOutcome, type EvalSummary, judged, summarize } from './summary.ts';

const labels: { readonly [folder: string]: 'allow' | 'deny' } = {
  allow: 'allow',
  allow_requests: 'allow',
  'allow-requests': 'allow',
  deny: 'deny',
  deny_requests: 'deny',
  'deny-requests': 'deny',
};

export function evalCedar(data: string): EvalSummary {
  const deciders = new Map<string, Decide | string>();
  const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json') && labelOf(name));
  return summarize(files.toSorted().map((name) => judged(name, () => judge(join(data, name), { data, deciders }))));
}

/** By the nearest folder above it that is one of requests. */
function requestsFolder(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder))
    if (basename(folder).toLowerCase() in labels) return folder;
  return undefined;
}

function labelOf(file: string): 'allow' | 'deny' | undefined {
  const folder = requestsFolder(file);
  return folder === undefined ? undefined : labels[basename(folder).toLowerCase()];
}

type Decide = (request: unknown) => string;

type Cases = { readonly data: string; readonly deciders: Map<string, Decide | string> };

function judge(file: string, { data, deciders }: Cases): EvalOutcome {
  const folder = policyFolder(dirname(requestsFolder(file) ?? file), data);
  if (folder === undefined) return { unsupported: 'there is no policy' };
  const decide = deciders.get(folder) ?? attempt(() => readStore(folder, data));
  deciders.set(folder, decide);
  if (typeof decide === 'string') return { unsupported: decide };
  const expected = labelOf(file);
  try {
    const found = decide(parseExactJson(readFileSync(file, 'utf8')));
    return found === expected ? 'right' : { wrong: `${relative(data, file)}: ${found}` };
  } catch (error) {
    return { unsupported: reasonOf(error) };
  }
}

function attempt(make: () => Decide): Decide | string {
  try {
    return make();
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof EdictError && error.code !== 'defect') return error.message;
  if (error instanceof SyntaxError) return 'not JSON';
  throw error;
}

/** Upwards; else a folder beside the requests, where the one of policies without templates comes first. */
function policyFolder(from: string, top: string): string | undefined {
  const isPolicy = (name: string): boolean => name.endsWith('.cedar');
  const above = folderWith(from, top, isPolicy);
  if (above !== undefined || !existsSync(from)) return above;
  const beside = readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(from, name))
    .filter((folder) => filesIn(folder).some(isPolicy));
  return beside.find((folder) => basename(folder) === 'static') ?? beside.toSorted()[0];
}

/** Names, without those of folders; none where there is no such folder. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}

/** The nearest folder, upwards, that holds such a file. */
function folderWith(from: string, top: string, fits: (name: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (filesIn(folder).some(fits)) return folder;
    if (folder === top || folder === dirname(folder)) return undefined;
  }
}

function readStore(folder: string, top: string): Decide {
  const filesOf = (fits: (name: string) => boolean): readonly string[] => {
    const found = folderWith(folder, top, fits);
    return found === undefined
      ? []
      : filesIn(found)
          .filter(fits)
          .toSorted()
          .map((name) => readFileSync(join(found, name), 'utf8'));
  };
  const { rules, entities, schema } = readCedarStore({
    policies: filesOf((name) => name.endsWith('.cedar')),
    schemas: filesOf((name) => /\.cedarschema(\.json)?$|schema.*\.json$/i.test(name)),
    entities: filesOf((name) => /entit(y|ies).*\.json$/i.test(name)).map(parseExactJson),
    links: filesOf((name) => /link/i.test(name) && !/\.(cedar|md|sh|txt)$/i.test(name)).map(parseExactJson),
  });
  const decider = prepareAccess(
    rules.map((rule) => ({ id: rule.id, rule })),
    { assets: [], zones: [], entities },
  );
  return (request) => decideAccess(decider, requestOf(request, schema)).decision;
}

function requestOf(value: unknown, schema: CedarSchema): AccessRequest {
  const { principal, action, resource, context, entities } = (value ?? {}) as { readonly [name: string]: unknown };
  const actionUid = readUid(action);
  return {
    kind: 'access',
    principal: printUid(readUid(principal)),
    action: printUid(actionUid),
    resource: printUid(readUid(resource)),
    context: readContext(context, actionUid, schema),
    ...(Array.isArray(entities) ? { entities: readEntities(entities, schema) } : {}),
  };
}
