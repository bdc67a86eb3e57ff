/** What a tool of the policy core works on when the server does the work: policy files of this machine, or a version that is stored there. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { EdictError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy/model.ts';
import type { Client } from './client.ts';
import { policiesOf } from './policy-files.ts';

export type ServerFlag = { readonly server?: boolean };

export function withServer(command: Command): Command {
  return command.option(
    '--server',
    'the server does it, with its inventory; instead of files also `<policy>` or `<policy>@<version>`, with what else is in force there',
  );
}

type Subject = { readonly documents: Policy[] } | { readonly policy: string; readonly version: number };

const stored = /^([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)(?:@([1-9]\d{0,6}))?$/u;

export async function subjectOf(client: Client, given: readonly string[]): Promise<Subject> {
  const [first = ''] = given;
  const [, policy, version] = stored.exec(first) ?? [];
  if (policy === undefined || given.length > 1 || existsSync(first)) return { documents: [...(await policiesOf(given))] };
  if (version !== undefined) return { policy, version: Number(version) };
  const { current } = await client.call('policies.get', { params: { policy } });
  return { policy, version: current.version };
}

/** Flags that speak of files of an inventory mean nothing to the server. */
export function refuseInventory(flags: { readonly assets?: string; readonly zones?: string; readonly directory?: string }): void {
  const given = (['assets', 'zones', 'directory'] as const).find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw new EdictError('input-invalid', `\`--${given}\` is of this machine, and the server does the work`, {
    expected: 'files of policies alone, or no server',
    help: 'the server has an inventory of its own: `edict context inventory`, `edict context entities`',
  });
}
