/** A store that may come later: until it is there, every call of it is refused with `dependency-unavailable`. */
import type { Store } from '../store/port.ts';
import { unavailable } from './failure.ts';

export type LateStore = { readonly store: Store; readonly set: (store: Store) => void };

type Methods = { readonly [method: string]: (...args: readonly unknown[]) => unknown };

export function lateStore(): LateStore {
  let real: Store | undefined;
  const call = (noun: string, method: string, args: readonly unknown[]): unknown => {
    if (real === undefined) return method === 'export' ? refusingRows() : Promise.reject(unavailable('the database'));
    const owner = (noun === '' ? real : real[noun as keyof Store]) as unknown as Methods;
    return owner[method]?.(...args);
  };
  const repository = (noun: string): object =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: readonly unknown[]) =>
            call(noun, String(method), args),
      },
    );
  const own: ReadonlySet<PropertyKey> = new Set(['ping', 'close']);
  const store = new Proxy(
    {},
    { get: (_, name) => (own.has(name) ? (...args: readonly unknown[]) => call('', String(name), args) : repository(String(name))) },
  );
  return {
    store: store as Store,
    set: (opened) => {
      real = opened;
    },
  };
}

function refusingRows(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(unavailable('the database')) }) };
}
