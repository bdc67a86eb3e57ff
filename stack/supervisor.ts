/**
 * The embedded stack: PostgreSQL, then Temporal and OPA on it, then worker and API, all children of this process on this machine,
 * all on 127.0.0.1. Each is watched and started again when it ends; `stop` ends them in the opposite order.
 */
import { resolve } from 'node:path';

import { EdictError } from '../domain/errors.ts';
import { ensureEngines } from './engines.ts';
import { deferred } from './process/deferred.ts';
import { acquireLock, type Lock } from './process/lock.ts';
import { layout, type Layout } from './layout.ts';
import { openRunRecord, stopLeftovers, type RunRecord } from './process/leftovers.ts';
import { Part, type PartEvents, type PartSpec } from './part.ts';
import {
  addressesOf,
  partEngines,
  partNeeds,
  partOrder,
  partSpec,
  startsAfter,
  portNames,
  type Addresses,
  type PartName,
  type StackContext,
} from './parts.ts';
import { planPorts } from './port-plan.ts';
import { portHold, type PortHold } from './ports.ts';
import { prepareData } from './data.ts';
import { ensureSecret } from './secrets.ts';

export type Progress = {
  readonly part: PartName | 'stack';
  readonly event: 'starting' | 'ready' | 'crashed' | 'restarted' | 'stopped' | 'note';
  readonly text: string;
  readonly ms?: number;
};

export type StackOptions = {
  readonly dataDir: string;
  /** This port or `port-in-use`; without it 8600 or the next free one. */
  readonly apiPort?: number | undefined;
  readonly temporalUi?: boolean | undefined;
  /** Default: everything but the web UI of Temporal. What a part needs must be among them. */
  readonly processes?: readonly PartName[] | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts a start that is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Further environment of worker and API. */
  readonly env?: { readonly [name: string]: string } | undefined;
};

export type Stack = {
  readonly addresses: Addresses;
  /** Milliseconds that each part took to serve. */
  readonly timings: { readonly [part: string]: number };
  readonly pids: () => { readonly [part: string]: number };
  /** SIGKILL, for tests; the part is started again. */
  readonly kill: (part: PartName) => void;
  /** Resolves when the part serves again. */
  readonly up: (part: PartName) => Promise<void>;
  /** Called after each restart; returns how to stop listening. */
  readonly restarted: (listener: (part: PartName, pid: number) => void) => () => void;
  readonly stop: () => Promise<void>;
  /** SIGKILL to everything, at once. */
  readonly stopNow: () => void;
  /** Resolves with the reason when a part could not be kept running, and everything was stopped for it. */
  readonly failed: Promise<EdictError>;
};

export async function startStack(options: StackOptions): Promise<Stack> {
  const began = Date.now();
  const files = layout(resolve(options.dataDir));
  prepareData(files);
  const lock = acquireLock(files);
  const hold = portHold();
  try {
    const release = () => {
      hold.release();
      lock.release();
    };
    const stack = await startUnderLock({ ...options, hold: hold.take }, files, { ...lock, release });
    options.onProgress?.({ part: 'stack', event: 'ready', text: 'everything runs', ms: Date.now() - began });
    return stack;
  } catch (error) {
    hold.release();
    lock.release();
    throw error;
  }
}

type HeldOptions = StackOptions & { readonly hold: PortHold['take'] };

async function startUnderLock(options: HeldOptions, files: Layout, lock: Lock): Promise<Stack> {
  const progress = options.onProgress ?? (() => undefined);
  const found = await stopLeftovers(files);
  if (found.length > 0) progress({ part: 'stack', event: 'note', text: `stopped what an earlier start left behind: ${found.join(', ')}` });
  const wanted = wantedParts(options);
  await ensureEngines(wanted.flatMap((name) => partEngines[name]));
  const password = ensureSecret(files.secrets, 'postgres');
  const ports = await planPorts(files, { names: portNames(wanted), apiPort: options.apiPort, hold: options.hold });
  const addresses = addressesOf(files, ports, password);
  const supervised = supervise({ wanted, progress, lock, context: { wanted, files, ports, password, addresses, env: options.env ?? {} } });
  const abort = () => void supervised.stack.stop();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    options.signal?.throwIfAborted();
    await supervised.begin();
  } catch (error) {
    await supervised.stack.stop();
    throw options.signal?.aborted ? new EdictError('cancelled', 'the start was stopped') : error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  if (wanted.includes('api')) lock.setUrl(addresses.api);
  return supervised.stack;
}

function wantedParts({ processes, temporalUi }: StackOptions): readonly PartName[] {
  const names = new Set<PartName>(processes ?? ['postgres', 'temporal', 'opa', 'worker', 'api']);
  if (temporalUi) names.add('temporal-ui');
  for (const name of names) {
    const missing = partNeeds[name].find((needed) => !names.has(needed));
    if (missing) throw new EdictError('input-invalid', `\`${name}\` cannot run without \`${missing}\``, { where: 'processes' });
  }
  return partOrder.filter((name) => names.has(name));
}

type Setting = {
  readonly wanted: readonly PartName[];
  readonly context: Omit<StackContext, 'migrated'>;
  readonly progress: (progress: Progress) => void;
  readonly lock: Lock;
};

function supervise({ wanted, context, progress, lock }: Setting): { readonly stack: Stack; readonly begin: () => Promise<void> } {
  const parts = new Map<PartName, Part>();
  const timings: { [part: string]: number } = {};
  const listeners = new Set<RestartListener>();
  const failed = deferred<EdictError>();
  const record = openRunRecord(context.files);
  let migration: Promise<void> | undefined;
  const migrated = () => (migration ??= migrateEdict(parts.get('postgres'), context.addresses.database, timings));
  const events = partEvents({ record, progress, listeners, gaveUp: (error) => void giveUp(error) });
  for (const name of wanted)
    parts.set(name, new Part(supervisedSpec({ name, parts, timings, progress }, { ...context, migrated }), events));

  let stopping: Promise<void> | undefined;
  const giveUp = async (error: EdictError) => {
    await stop();
    failed.resolve(error);
  };
  const stop = () =>
    (stopping ??= stopAll(parts, progress).then(() => {
      record.clear();
      lock.release();
    }));
  const begin = async () => {
    await Promise.all([...parts.values()].map((part) => part.begin()));
    // Worker and API bring the schema up to date themselves.
    if (parts.has('postgres') && !parts.has('api') && !parts.has('worker')) await migrated();
  };
  return { begin, stack: stackOf({ parts, listeners, timings, addresses: context.addresses, stop, failed: failed.promise }) };
}

type RestartListener = (part: PartName, pid: number) => void;

/** Brings our own database to this release's schema, once a start. */
async function migrateEdict(postgres: Part | undefined, database: string, timings: { [part: string]: number }): Promise<void> {
  await postgres?.up();
  const began = Date.now();
  const { migrate } = await import('../store/migrate.ts');
  await migrate(database);
  timings['migrate'] = Date.now() - began;
}

type EventOptions = {
  readonly record: RunRecord;
  readonly progress: (progress: Progress) => void;
  readonly listeners: ReadonlySet<RestartListener>;
  readonly gaveUp: (error: EdictError) => void;
};

function partEvents({ record, progress, listeners, gaveUp }: EventOptions): PartEvents {
  return {
    spawned: (name, pid) => record.add(name, pid),
    crashed: (name, reason) => progress({ part: name as PartName, event: 'crashed', text: `${name} ended: ${reason}` }),
    restarted: (name, pid) => {
      progress({ part: name as PartName, event: 'restarted', text: `${name} runs again (process ${pid})` });
      for (const listener of listeners) listener(name as PartName, pid);
    },
    gaveUp,
  };
}

type SpecOptions = {
  readonly name: PartName;
  readonly parts: ReadonlyMap<PartName, Part>;
  readonly timings: { [part: string]: number };
  readonly progress: (progress: Progress) => void;
};

function supervisedSpec({ name, parts, timings, progress }: SpecOptions, context: StackContext): PartSpec {
  const spec = partSpec(name, context);
  const needs = startsAfter[name].flatMap((needed) => parts.get(needed) ?? []);
  const start: PartSpec['start'] = async (onSpawn) => {
    const began = Date.now();
    progress({ part: name, event: 'starting', text: `starting ${name}` });
    await spec.start(onSpawn);
    const ms = Date.now() - began;
    timings[name] ??= ms;
    progress({ part: name, event: 'ready', text: `${name} serves`, ms });
  };
  return { ...spec, needs, start };
}

async function stopAll(parts: ReadonlyMap<PartName, Part>, progress: (progress: Progress) => void): Promise<void> {
  // Who depends on a part ends before it; API and workers end together, so do the engines but for the database.
  const groups: readonly (readonly PartName[])[] = [['api', 'worker', 'worker-2', 'temporal-ui'], ['temporal', 'opa'], ['postgres']];
  for (const group of groups) {
    const ended = group.flatMap((name) => parts.get(name) ?? []);
    await Promise.all(ended.map((part) => part.end()));
  }
  progress({ part: 'stack', event: 'stopped', text: 'everything is stopped' });
}

type StackOf = Pick<Stack, 'addresses' | 'timings' | 'stop' | 'failed'> & {
  readonly parts: ReadonlyMap<PartName, Part>;
  readonly listeners: Set<RestartListener>;
};

function stackOf({ parts, listeners, addresses, timings, stop, failed }: StackOf): Stack {
  const part = (name: PartName): Part => {
    const found = parts.get(name);
    if (found === undefined)
      throw new EdictError('not-found', `\`${name}\` is not part of this stack`, { expected: [...parts.keys()].join(', ') });
    return found;
  };
  return {
    addresses,
    timings,
    stop,
    failed,
    pids: () =>
      Object.fromEntries(
        [...parts.values()]
          .flatMap((each) => [[each.name, each.pid()] as const])
          .filter((entry): entry is [string, number] => entry[1] !== undefined),
      ),
    kill: (name) => part(name).kill(),
    up: (name) => part(name).up(),
    restarted: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stopNow: () => {
      for (const each of parts.values()) each.endNow();
    },
  };
}
