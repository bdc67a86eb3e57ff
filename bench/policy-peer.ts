/**
 * Side by side with aerleon on the same policies, one allow a term and a refusal of the rest: time from policy to configuration, each
 * within its own process. `limit` is aerleon's time, without and with its check for terms that earlier ones shade (pairs of terms);
 * ours is the compilation, and then the compilation with its proof. Left out by name where aerleon is not installed.
 *
 * EDICT_BENCH_FULL=1 adds the sizes at which aerleon takes minutes.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Inventory } from '../domain/context/inventory.ts';
import type { NetworkRule, Policy } from '../domain/policy/model.ts';
import { prove } from '../domain/policy/prove.ts';
import { targets, type KnownTarget } from '../domain/policy/targets/index.ts';
import { cacheFolder } from '../stack/engines.ts';
import { type BenchFigure, figure } from './figure.ts';

const version = '1.18.0';

/** Ours, theirs, and what their header says of the target. */
const pairs: readonly (readonly [ours: KnownTarget, theirs: string, header: string, most: number])[] = [
  ['nftables', 'nftables', 'nftables mixed FORWARD', 10_000],
  ['cisco-ios', 'cisco', 'cisco bench mixed', 10_000],
  ['pan-os', 'paloalto', 'paloalto from-zone trust to-zone untrust', 10_000],
  ['juniper-srx', 'srx', 'srx from-zone trust to-zone untrust', 1_000],
];

const sizes = [10, 1_000, 10_000];
const mostShaded = 1_000;
const full = process.env['EDICT_BENCH_FULL'] === '1';

export async function* bench(): AsyncGenerator<BenchFigure> {
  const python = join(cacheFolder(), `aerleon-${version}`, 'bin', 'python');
  if (!existsSync(python)) {
    process.stderr.write(`policy-peer: aerleon ${version} is not installed: \`node scripts/engines/install.mjs aerleon\`\n`);
    return;
  }
  const peer = startPeer(python);
  try {
    for (const [ours, theirs, header, most] of pairs)
      for (const size of sizes.filter((each) => full || each <= most)) yield* await compare(peer, { ours, theirs, header, size });
  } finally {
    peer.stop();
  }
}

type Contest = { readonly ours: KnownTarget; readonly theirs: string; readonly header: string; readonly size: number };

const inventory: Inventory = { assets: [], zones: [] };

async function compare(peer: Peer, { ours, theirs, header, size }: Contest): Promise<readonly BenchFigure[]> {
  const { policy, given } = corpus(size, header);
  const repetitions = size > 1_000 ? 1 : 3;
  const [compiled, proved, plain, shaded]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < repetitions; round += 1) {
    const start = performance.now();
    const { artifact, losses } = targets[ours].compile([policy], inventory);
    compiled.push(performance.now() - start);
    const { equal } = prove([policy], inventory, artifact, losses);
    proved.push(performance.now() - start);
    if (!equal) throw new Error(`${ours} is not proved`);
    plain.push(await peer.ask({ ...given, target: theirs, shade: false }));
    if (full || size <= mostShaded) shaded.push(await peer.ask({ ...given, target: theirs, shade: true }));
  }
  const name = `${ours}, ${size.toLocaleString('en')} terms`;
  return [
    figure(`${name}: compiled`, 'ms', compiled, plain),
    figure(`${name}: compiled and proved`, 'ms', proved, plain),
    ...(shaded.length === 0 ? [] : [figure(`${name}: compiled and proved, with their shade check`, 'ms', proved, shaded)]),
  ];
}

/** Each term from a network of its own to one of a hundred hosts, on one of ten ports, over both families. */
function corpus(size: number, header: string): { readonly policy: Policy; readonly given: Omit<Ask, 'target' | 'shade'> } {
  const numbers = Array.from({ length: size }, (_, index) => index);
  const source = (index: number) => `10.${index >> 8}.${index & 255}.0/24`;
  const host = (index: number) => `192.0.2.${(index % 100) + 1}`;
  const port = (index: number) => 1_000 + (index % 10);
  const rule = (index: number): NetworkRule => ({
    kind: 'network',
    id: `t${index}`,
    requirement: 'r',
    effect: 'allow',
    match: { from: source(index), to: host(index), service: `tcp/${port(index)}` },
  });
  const rest: NetworkRule = {
    kind: 'network',
    id: 'rest',
    requirement: 'r',
    effect: 'claim',
    match: { from: 'any', to: 'any', service: 'any' },
  };
  const term = (index: number) =>
    `term t${index} {\n source-address:: S${index}\n destination-address:: H${index % 100}\n protocol:: tcp\n destination-port:: P${index % 10}\n action:: accept\n}\n`;
  return {
    policy: {
      policy: 'bench',
      title: '',
      owner: '',
      controls: [],
      requirements: [],
      rules: [...numbers.map(rule), rest],
      questions: [],
      tests: [],
    },
    given: {
      text: `header {\n target:: ${header}\n}\n${numbers.map(term).join('')}term rest {\n action:: deny\n}\n`,
      networks: [
        ...numbers.map((index) => `S${index} = ${source(index)}`),
        ...numbers.slice(0, 100).map((index) => `H${index} = ${host(index)}/32`),
      ],
      services: numbers.slice(0, 10).map((index) => `P${index} = ${port(index)}/tcp`),
    },
  };
}

type Ask = {
  readonly target: string;
  readonly text: string;
  readonly networks: readonly string[];
  readonly services: readonly string[];
  readonly shade: boolean;
};

/** Milliseconds, told by the process itself: what it takes to start is not counted. */
type Peer = { readonly ask: (given: Ask) => Promise<number>; readonly stop: () => void };

function startPeer(python: string): Peer {
  const child: ChildProcessWithoutNullStreams = spawn(python, [join(import.meta.dirname, 'peer', 'time_peer.py')]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stderr.pipe(process.stderr);
  return {
    ask: async (given) => {
      child.stdin.write(`${JSON.stringify(given)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('aerleon ended');
      return (JSON.parse(value) as { readonly ms: number }).ms;
    },
    stop: () => void child.kill(),
  };
}
