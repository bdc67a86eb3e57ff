/**
 * What every outside system does the same way, over a driver that knows one kind: deadlines, waiting until a change shows, and nothing to
 * do where it was so before.
 */
import { EdictError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Capability, ChangeName, ReadingName, SystemKind } from '../domain/systems/catalogue.ts';
import type { CallOptions } from './connector.ts';
import { pause, withDeadline, type Deadline } from './deadline.ts';
import type { OutsideSystem, Prepared, SystemObservation } from './system.ts';

export type Reading = (params: JsonObject, deadline: Deadline) => Promise<JsonObject>;

export type Change = {
  readonly target: (params: JsonObject, deadline: Deadline) => Promise<string>;
  readonly prepare: (params: JsonObject, deadline: Deadline) => Promise<Pick<Prepared, 'before' | 'already'>>;
  /** Idempotent as far as the system lets it be; called only where `observe` does not show it. */
  readonly perform: (prepared: Prepared, key: string, deadline: Deadline) => Promise<void>;
  readonly observe: (prepared: Prepared, key: string, deadline: Deadline) => Promise<SystemObservation>;
  readonly takeBack?: (prepared: Prepared, key: string, deadline: Deadline) => Promise<void>;
};

export type SystemDriver = {
  readonly kind: SystemKind;
  readonly system: string;
  readonly timeoutMs: number;
  readonly settleTimeoutMs: number;
  readonly check: (deadline: Deadline) => Promise<JsonObject>;
  readonly reads: { readonly [name in ReadingName]?: Reading };
  readonly changes: { readonly [name in ChangeName]?: Change };
  readonly close: () => void;
};

export const defaultTimeoutMs = 30_000;
export const defaultSettleTimeoutMs = 300_000;
/** Between two looks at a change that does not show yet; doubled up to the second. */
const pollMs = { first: 200, most: 5000 };

export function createSystem(driver: SystemDriver): OutsideSystem {
  const timed = <T>(verb: string, options: CallOptions | undefined, work: (deadline: Deadline) => Promise<T>) =>
    withDeadline(`${verb} at ${driver.system}`, { signal: options?.signal, timeoutMs: options?.timeoutMs ?? driver.timeoutMs }, work);
  const patient = (options: CallOptions | undefined): CallOptions => ({
    signal: options?.signal,
    timeoutMs: options?.timeoutMs ?? driver.settleTimeoutMs,
  });
  return {
    kind: driver.kind,
    system: driver.system,
    check: (options) => timed('check', options, driver.check),
    read: (reading, params, options) =>
      timed(reading, options, (deadline) => known(driver, driver.reads[reading], reading)(params, deadline)),
    target: (change, params, options) =>
      timed(`find for ${change}`, options, (deadline) => known(driver, driver.changes[change], change).target(params, deadline)),
    prepare: (change, params, options) => timed(`prepare ${change}`, options, (deadline) => prepare(driver, change, params, deadline)),
    perform: (prepared, key, options) => timed(prepared.change, patient(options), (deadline) => perform(driver, prepared, key, deadline)),
    observe: (prepared, key, options) =>
      timed(`observe ${prepared.change}`, options, (deadline) => changeOf(driver, prepared).observe(prepared, key, deadline)),
    undo: (prepared, key, options) =>
      timed(`undo ${prepared.change}`, patient(options), (deadline) => undo(driver, prepared, key, deadline)),
    close: async () => driver.close(),
  };
}

async function prepare(driver: SystemDriver, change: ChangeName, params: JsonObject, deadline: Deadline): Promise<Prepared> {
  const verb = known(driver, driver.changes[change], change);
  return { change, target: await verb.target(params, deadline), params, ...(await verb.prepare(params, deadline)) };
}

async function perform(driver: SystemDriver, prepared: Prepared, key: string, deadline: Deadline): Promise<SystemObservation> {
  const change = changeOf(driver, prepared);
  if (!prepared.already) await change.perform(prepared, key, deadline);
  const observation = await settled(() => change.observe(prepared, key, deadline), deadline);
  if (observation.state === 'landed' || observation.state === 'gone') return observation;
  throw unverified(driver, `\`${prepared.change}\` of ${prepared.target}`, observation);
}

async function undo(driver: SystemDriver, prepared: Prepared, key: string, deadline: Deadline): Promise<SystemObservation> {
  const change = changeOf(driver, prepared);
  const takeBack = known(driver, change.takeBack, prepared.change, 'take back');
  const seen = await settled(() => change.observe(prepared, key, deadline), deadline);
  if (prepared.already || seen.state === 'absent' || seen.state === 'gone') return seen;
  await takeBack(prepared, key, deadline);
  const observation = await settled(() => change.observe(prepared, key, deadline), deadline);
  if (observation.state === 'absent' || observation.state === 'gone') return observation;
  throw unverified(driver, `the undo of \`${prepared.change}\` of ${prepared.target}`, observation);
}

async function settled(look: () => Promise<SystemObservation>, deadline: Deadline): Promise<SystemObservation> {
  for (let waitMs = pollMs.first; ; waitMs = Math.min(waitMs * 2, pollMs.most)) {
    const observation = await look();
    if (observation.state !== 'pending') return observation;
    await pause(waitMs, deadline);
    deadline.check();
  }
}

function changeOf(driver: SystemDriver, { change }: Prepared): Change {
  return known(driver, driver.changes[change], change);
}

function known<T>(driver: SystemDriver, found: T | undefined, capability: Capability, verb = 'do'): T {
  if (found !== undefined) return found;
  throw new EdictError('system-missing', `\`${driver.system}\` (${driver.kind}) cannot ${verb} \`${capability}\``, {
    where: driver.system,
  });
}

function unverified(driver: SystemDriver, what: string, { facts }: SystemObservation): EdictError {
  return new EdictError(
    'effect-unverified',
    `${what} was accepted by \`${driver.system}\`, but it does not show: ${JSON.stringify(facts)}`,
    {
      where: driver.system,
    },
  );
}
