/** Failures from one address, counted in this process: past the limit it waits for the minute to pass. */
import { EdictError } from '../../domain/errors.ts';

export type AddressLimit = { readonly check: (address: string) => void; readonly failed: (address: string) => void };

type Failures = { readonly count: number; readonly untilMs: number };

const windowMs = 60_000;
const failuresMost = 30;
const entriesMost = 10_000;

export function addressLimit(nowMs: () => number): AddressLimit {
  const failures = new Map<string, Failures>();
  const current = (address: string): Failures | undefined => {
    const found = failures.get(address);
    return found !== undefined && found.untilMs > nowMs() ? found : undefined;
  };
  return {
    check: (address) => {
      if ((current(address)?.count ?? 0) >= failuresMost)
        throw new EdictError('rate-limited', 'too many failures from this address', { help: 'wait a minute' });
    },
    failed: (address) => {
      const before = current(address);
      if (failures.size >= entriesMost && !failures.has(address)) failures.delete(failures.keys().next().value ?? '');
      failures.set(address, { count: (before?.count ?? 0) + 1, untilMs: before?.untilMs ?? nowMs() + windowMs });
    },
  };
}
