/** Policies, inventories, artifacts and records on this machine's disk, for what works without a server. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Inventory } from '../domain/context/inventory.ts';
import { isRecord, readJsonLines } from '../domain/context/json-lines.ts';
import { parseInventory } from '../domain/context/parse-inventory.ts';
import { parseVpcFlow } from '../domain/context/parse-vpc-flow.ts';
import { parseZeek } from '../domain/context/parse-zeek.ts';
import { EdictError } from '../domain/errors.ts';
import type { Recorded } from '../domain/policy/replay/flows.ts';
import type { Policy } from '../domain/policy/model.ts';
import { parsePolicyFile } from '../domain/policy/policy-file.ts';
import { givenArtifact } from '../domain/policy/targets/artifact.ts';
import { targetOf } from '../domain/policy/targets/index.ts';
import type { Artifact } from '../domain/policy/targets/target.ts';
import { readEntities } from './entities.ts';
import { readFileText } from './input.ts';
import { progress } from './output.ts';
import { isFolder } from './playbook-files.ts';

const yaml = /\.ya?ml$/u;

/** Every policy of the files, and of the folders' `*.yaml`. Throws `input-invalid` where there is none, or one is there twice. */
export async function policiesOf(given: readonly string[]): Promise<readonly Policy[]> {
  const files = given.flatMap((path) => (path !== '-' && isFolder(path) ? inFolder(path, yaml) : [path]));
  const policies: Policy[] = [];
  for (const file of new Set(files)) policies.push(parsePolicyFile(await readFileText(file), file));
  if (policies.length === 0)
    throw new EdictError('input-invalid', `\`${given.join(' ')}\` holds no policy`, { expected: 'files that end in .yaml' });
  const twice = policies.find(({ policy }, at) => policies.findIndex((other) => other.policy === policy) !== at);
  if (twice !== undefined) throw new EdictError('input-invalid', `policy \`${twice.policy}\` is given twice`, { expected: 'each once' });
  return policies;
}

function inFolder(folder: string, name: RegExp): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .toSorted();
}

export type InventoryFlags = { readonly assets?: string; readonly zones?: string; readonly directory?: string };

/** Rows that cannot be read are told of, and left out. Without files, an inventory that knows no name. */
export async function inventoryOf({ assets, zones, directory }: InventoryFlags): Promise<Inventory> {
  const { inventory, rejected } = parseInventory({
    assets: assets === undefined ? 'name,address,zone\n' : await readFileText(assets),
    zones: zones === undefined ? undefined : await readFileText(zones),
  });
  for (const { where, reason } of rejected) progress(`inventory, ${where}: ${reason}`);
  return directory === undefined ? inventory : { ...inventory, entities: readEntities(await readFileText(directory), directory) };
}

/** An artifact's files, by the names that its compiler gives them: a file, or a folder of them. */
export async function artifactAt(target: string, path: string): Promise<Artifact> {
  const { name } = targetOf(target);
  const files: { [file: string]: string } = {};
  for (const file of isFolder(path) ? inFolder(path, /./u) : [path]) files[basename(file)] = await readFileText(file);
  return givenArtifact(name, files);
}

export const flowFormats = ['zeek', 'vpc-flow', 'decisions'] as const;

/** Recorded requests; by Zeek unless told. Lines that cannot be read are counted. */
export async function recordsAt(path: string, format: string): Promise<readonly Recorded[]> {
  const text = await readFileText(path);
  const read = readers[format];
  if (read === undefined)
    throw new EdictError('input-invalid', `\`${format}\` is no format of records`, { expected: flowFormats.join(', ') });
  const { items, rejected } = read(text);
  const first = rejected[0];
  if (first !== undefined) progress(`${path}: ${rejected.length} lines cannot be read; the first, ${first.where}: ${first.reason}`);
  return items;
}

type Read = { readonly items: readonly Recorded[]; readonly rejected: readonly { readonly where: string; readonly reason: string }[] };

const readers: { readonly [format: string]: (text: string) => Read } = { zeek: parseZeek, 'vpc-flow': parseVpcFlow, decisions };

/** Decision events, one a line: `from`, `to`, `protocol`, `port` and `at`, at the top or under `input` as OPA logs them. */
function decisions(text: string): Read {
  const items: Recorded[] = [];
  const rejected: { where: string; reason: string }[] = [];
  for (const line of readJsonLines(text, 'decisions')) {
    const record = 'value' in line && isRecord(line.value) ? recordOf(line.value) : undefined;
    if (record === undefined) rejected.push({ where: line.where, reason: 'no `from`, `to`, `protocol` and `port`' });
    else items.push(record);
  }
  return { items, rejected };
}

function recordOf(fields: { readonly [name: string]: unknown }): Recorded | undefined {
  const { from, to, protocol, port, at = fields['timestamp'] } = { ...fields, ...(isRecord(fields['input']) ? fields['input'] : {}) };
  if (typeof from !== 'string' || typeof to !== 'string' || typeof port !== 'number') return undefined;
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp' && protocol !== 'other') return undefined;
  return { from, to, protocol, port, at: typeof at === 'string' ? at : '' };
}
