/** A point of kind `nftables`: a real firewall in a laboratory, reached through a script that goes wrong on demand. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnector } from '../../../connectors/open.ts';
import { createLab, type Lab, type LabMode } from '../../../connectors/nftables/lab.ts';
import type { Bench, Fault } from '../conformance.ts';
import { artifacts } from '../policies.ts';

export type NftablesBench = Bench & { readonly lab: Lab; readonly nft: (...args: readonly string[]) => string };

/** $1 is a folder: `fault` says what goes wrong, `changes` counts transactions. The rest is the command. */
const wrapper = `dir="$1"; shift
changes() { case "$*" in *"edict: whole"*) true;; *) false;; esac; }
changes "$@" && echo change >> "$dir/changes"
case "$(cat "$dir/fault")" in
  error) echo 'Error: Could not process rule: Device or resource busy' >&2; exit 1;;
  refused) echo 'Operation not permitted (you must be root)' >&2; exit 1;;
  truncated) "$@" | head -c 400;;
  wrong-content) echo '<html>login</html>';;
  slow) sleep 3; exec "$@";;
  duplicate) cat > "$dir/input"; "$@" < "$dir/input" > /dev/null; exec "$@" < "$dir/input";;
  answer-lost) if changes "$@"; then "$@" > /dev/null; exec sleep 5; else exec "$@"; fi;;
  *) exec "$@";;
esac`;

let benches = 0;

export async function startNftablesBench(modes?: readonly LabMode[]): Promise<NftablesBench> {
  const lab = await createLab({ name: `test-${process.pid}-${(benches += 1)}`, modes });
  if (!lab.supported) throw new Error(lab.reason);
  const folder = mkdtempSync(join(tmpdir(), 'edict-nft-'));
  const setFault = (fault: Fault) => writeFileSync(join(folder, 'fault'), fault);
  setFault('none');
  writeFileSync(join(folder, 'changes'), '');
  const exec = ['sh', '-c', wrapper, 'fault', folder, ...lab.firewallExec];
  const compiled = artifacts('nftables');
  const ports = {
    artifacts: async (digest: string) => [compiled.strict, compiled.shut].find((artifact) => artifact.digest === digest),
    shelf: { put: async () => undefined, get: async () => undefined },
    signingKey: async () => ({ keyId: 'none', privateKeyPem: '' }),
    secret: async () => undefined,
  };
  const nft = (...args: readonly string[]) => {
    const [file, ...rest] = [...lab.firewallExec, 'nft', ...args];
    const done = spawnSync(file!, rest, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`nft ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  const prober = { from: lab.clientExec, to: lab.serverExec };
  return {
    lab,
    nft,
    artifacts: compiled,
    open: (timeoutMs = 20_000) => openConnector({ name: 'fw-1', kind: 'nftables', settings: { exec, prober, timeoutMs } }, ports),
    setFault,
    changes: async () => readFileSync(join(folder, 'changes'), 'utf8').split('\n').length - 1,
    drifts: nftDrifts(nft),
    stop: async () => {
      await lab.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const nftDriftNames = [
  'flushes the whole ruleset',
  'flushes the policy table',
  'deletes the policy table',
  'deletes one rule',
  'adds a rule',
  'adds a rule to the isolation',
  'changes an element of a set',
  'puts the table to sleep',
  'lets the chain drop by default',
  'adds a chain of another name',
  'deletes the seal',
  'rewrites the seal',
] as const;

function nftDrifts(nft: NftablesBench['nft']): Record<(typeof nftDriftNames)[number], () => Promise<void>> {
  const deleteFirstRule = (table: string, chain: string) => {
    const handle = /ct state.*# handle (\d+)/u.exec(nft('-a', 'list', 'chain', 'inet', table, chain))?.[1] ?? '';
    nft('delete', 'rule', 'inet', table, chain, 'handle', handle);
  };
  const swapElement = () => {
    const [, name] = /set (\S+) \{\s+type ipv4_addr/u.exec(nft('list', 'table', 'inet', 'edict_policy')) ?? [];
    nft('add', 'element', 'inet', 'edict_policy', name ?? '', '{ 10.66.66.66 }');
  };
  const drifts: Record<(typeof nftDriftNames)[number], () => unknown> = {
    'flushes the whole ruleset': () => nft('flush', 'ruleset'),
    'flushes the policy table': () => nft('flush', 'table', 'inet', 'edict_policy'),
    'deletes the policy table': () => nft('delete', 'table', 'inet', 'edict_policy'),
    'deletes one rule': () => deleteFirstRule('edict_policy', 'forward'),
    'adds a rule': () => nft('insert', 'rule', 'inet', 'edict_policy', 'forward', 'ip', 'saddr', '10.66.0.1', 'accept'),
    'adds a rule to the isolation': () => nft('insert', 'rule', 'inet', 'edict_isolation', 'forward', 'accept'),
    'changes an element of a set': swapElement,
    'puts the table to sleep': () => nft('add', 'table', 'inet', 'edict_policy', '{ flags dormant; }'),
    'lets the chain drop by default': () => nft('add', 'chain', 'inet', 'edict_policy', 'forward', '{ policy drop; }'),
    'adds a chain of another name': () =>
      nft('add', 'chain', 'inet', 'edict_policy', 'other', '{ type filter hook forward priority -50; }'),
    'deletes the seal': () => nft('delete', 'table', 'inet', 'edict_seal'),
    'rewrites the seal': () => nft('add', 'rule', 'inet', 'edict_seal', 'state', 'continue', 'comment', '"AAAA"'),
  };
  return Object.fromEntries(Object.entries(drifts).map(([name, change]) => [name, async () => void change()])) as Record<
    (typeof nftDriftNames)[number],
    () => Promise<void>
  >;
}
