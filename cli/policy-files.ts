/** Policies, inventories, artifacts and records on this machine's disk, for what works without a server. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Inventory } from '../domain/context/inventory.ts';
import { parseInventory } from '../domain/context/parse-inventory.ts';
import { EdictError } from '../domain/errors.ts';
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
