/**
 * One supervised program: started, watched, started again when it ends or stops answering, stopped when asked. A program
 * that keeps ending soon after its start is given up with a message that says where to look.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { EdictError } from '../domain/errors.ts';
import { logTail, type Child } from './process/child.ts';
import { deferred, type Deferred } from './process/deferred.ts';

export type PartSpec = {
  readonly name: string;
  /** Starts the program, hands it over as soon as it runs, and resolves once it serves. */
  readonly start: (onSpawn: (child: Child) => void) => Promise<unknown>;
  readonly healthy: () => Promise<boolean>;
  readonly stopSignal: NodeJS.Signals;
  readonly graceMs: number;
  /** Parts that must be up for a start to make sense. */
  readonly needs: readonly Part[];
};

export type PartEvents = {
  readonly spawned: (name: string, pid: number) => void;
  /** `error` where it did not even start. */
  readonly crashed: (name: string, reason: string) => void;
  readonly restarted: (name: string, pid: number) => void;
  readonly gaveUp: (error: EdictError) => void;
};

/** When an end counts as one of a row, how many are borne, and how long it waits in between. */
export const defaultLimits = { shortLifeMs: 10_000, crashes: 6, healthEveryMs: 5000, sick: 6, backoffMs: 200, backoffMaxMs: 5000 };

export type Limits = Readonly<typeof defaultLimits>;

export class Part {
  readonly name: string;
  readonly #spec: PartSpec;
  readonly #events: PartEvents;
  readonly #limits: Limits;
  #child: Child | undefined;
  #stopping = false;
  /** Ends soon after a start, in a row. */
  #crashes = 0;
  #up: Deferred<void> = deferred();
  /** Rejected when the part is asked to stop. */
  readonly #stop: Deferred<never> = deferred();
  #starting: Promise<void> | undefined;

  constructor(spec: PartSpec, events: PartEvents, limits: Limits = defaultLimits) {
    this.name = spec.name;
    this.#spec = spec;
    this.#events = events;
    this.#limits = limits;
  }

  pid(): number | undefined {
    return this.#child?.running() ? this.#child.pid : undefined;
  }

  /** Resolves when it serves, now or after the restart that is under way. */
  up(): Promise<void> {
    return this.#up.promise;
  }

  /** The first start; a failure is the caller's, there is no second try. */
  async begin(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      this.#up.reject(error);
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#stopping = true;
    const reason = new EdictError('cancelled', `${this.name} was stopped`);
    this.#up.reject(reason);
    this.#stop.reject(reason);
    const stop = { signal: this.#spec.stopSignal, graceMs: this.#spec.graceMs };
    await this.#child?.stop(stop);
    // A start that is under way may still bring a child about.
    await this.#starting?.catch(() => undefined);
    await this.#child?.stop(stop);
  }

  /** SIGKILL, as a test does it: started again like after any crash, but not counted against it. */
  kill(): void {
    this.#crashes = 0;
    this.#child?.kill('SIGKILL');
  }

  /** SIGKILL for good. */
  endNow(): void {
    this.#stopping = true;
    this.#child?.kill('SIGKILL');
  }

  #start(): Promise<void> {
    this.#starting = this.#startOnce();
    return this.#starting;
  }

  async #startOnce(): Promise<void> {
    for (const part of this.#spec.needs) await Promise.race([part.up(), this.#stop.promise]);
    if (this.#stopping) throw new EdictError('cancelled', `the start of ${this.name} was stopped`);
    await this.#spec.start((child) => {
      this.#child = child;
      this.#events.spawned(this.name, child.pid);
      // Asked to stop while it was being spawned.
      if (this.#stopping) child.kill(this.#spec.stopSignal);
    });
    this.#watch();
    this.#up.resolve();
  }

  #watch(): void {
    const child = this.#child;
    if (child === undefined) return;
    const since = Date.now();
    const pulse = watchHealth(child, this.#spec.healthy, this.#limits);
    void child.exited.then(({ code, signal }) => {
      clearInterval(pulse);
      if (this.#stopping) return undefined;
      this.#up = deferred();
      if (Date.now() - since >= this.#limits.shortLifeMs) this.#crashes = 0;
      return this.#restart(signal ?? `exit code ${code}`);
    });
  }

  async #restart(reason: string): Promise<void> {
    this.#events.crashed(this.name, reason);
    while (!this.#stopping) {
      if (this.#crashes >= this.#limits.crashes) return this.#giveUp(reason);
      if (this.#crashes > 0) await sleep(Math.min(this.#limits.backoffMs * 2 ** (this.#crashes - 1), this.#limits.backoffMaxMs));
      this.#crashes += 1;
      try {
        await this.#start();
        if (this.#child) this.#events.restarted(this.name, this.#child.pid);
        return;
      } catch (error) {
        if (!this.#stopping) this.#events.crashed(this.name, (error as Error).message);
      }
    }
  }

  #giveUp(reason: string): void {
    const log = this.#child?.logFile;
    const tail = log === undefined ? '' : `:\n${logTail(log)}`;
    const error = new EdictError(
      'dependency-unavailable',
      `${this.name} ended ${this.#crashes} times soon after its start (${reason})${tail}`,
      {
        where: log,
        help: 'the log says why; `edict doctor` checks what it needs',
      },
    );
    this.#up.reject(error);
    this.#events.gaveUp(error);
  }
}

/** A program that runs but has not answered for half a minute is ended, and so started again. */
function watchHealth(child: Child, healthy: () => Promise<boolean>, limits: Limits): NodeJS.Timeout {
  let sick = 0;
  const check = async () => {
    sick = (await healthy().catch(() => false)) ? 0 : sick + 1;
    if (sick >= limits.sick) child.kill('SIGKILL');
  };
  return setInterval(() => void check(), limits.healthEveryMs).unref();
}
