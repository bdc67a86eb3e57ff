/** The cases under test/cases/policy: policies in their file form, an inventory, requests with what every engine must answer. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Inventory } from '../../domain/context/inventory.ts';
import { type Decision, type NetworkRequest, type Policy } from '../../domain/policy/model.ts';
import { parsePolicyFile } from '../../domain/policy/policy-file.ts';
import type { TargetName } from '../../domain/policy/targets/target.ts';

export type CaseRequest = {
  readonly request: NetworkRequest;
  readonly decision: Decision;
  readonly by: readonly string[];
  readonly erring: readonly string[];
  /** Targets that cannot say it, by a declared loss. */
  readonly lost: readonly TargetName[];
  readonly unreadable: boolean;
};

export type PolicyCase = {
  readonly name: string;
  readonly inventory: Inventory;
  readonly policies: readonly Policy[];
  readonly losses: { readonly [target in TargetName]?: readonly string[] };
  readonly requests: readonly CaseRequest[];
};

const folder = new URL('../cases/policy/', import.meta.url);

export const policyCases: readonly PolicyCase[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => readCase(parse(readFileSync(new URL(file, folder), 'utf8'))));

function readCase({ name, inventory, policies, losses = {}, requests }: any): PolicyCase {
  return {
    name,
    inventory,
    losses,
    policies: policies.map((policy: unknown) => parsePolicyFile(stringify(policy))),
    requests: requests.map(readRequest),
  };
}

function readRequest({ decision, by = [], erring = [], lost = [], unreadable = false, ...request }: any): CaseRequest {
  return { request: { kind: 'network', ...request }, decision, by, erring: unreadable ? ['request'] : erring, lost, unreadable };
}
