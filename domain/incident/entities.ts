/** Who and what an incident is about, from its signals: each host, address, domain and account once, with how often it was seen. */
import type { Signal } from './signal.ts';

export type EntityKind = 'host' | 'address' | 'domain' | 'account';
export type Entity = {
  readonly value: string;
  readonly kind: EntityKind;
  /** Where it stood; an account stands on neither side. */
  readonly sides: readonly ('source' | 'destination')[];
  readonly signals: number;
};

const accountAttributes = ['user', 'account', 'principal'];
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+)$/iu;

/** Most seen first. */
export function entitiesOf(signals: readonly Signal[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  for (const signal of signals)
    for (const one of seenIn(signal)) found.set(`${one.kind} ${one.value}`, joined(found.get(`${one.kind} ${one.value}`), one));
  return [...found.values()].toSorted((a, b) => b.signals - a.signals || (a.value < b.value ? -1 : 1));
}

function seenIn({ source, destination, attributes }: Signal): readonly Entity[] {
  const side = (value: string | undefined, name: 'source' | 'destination'): readonly Entity[] =>
    value === undefined ? [] : [{ value, kind: kindOf(value), sides: [name], signals: 1 }];
  const accounts = accountAttributes.flatMap((name): readonly Entity[] => {
    const value = attributes[name];
    return typeof value === 'string' && value !== '' ? [{ value, kind: 'account', sides: [], signals: 1 }] : [];
  });
  return [...side(source, 'source'), ...side(destination, 'destination'), ...accounts];
}

function joined(known: Entity | undefined, seen: Entity): Entity {
  if (known === undefined) return seen;
  return { ...known, sides: [...new Set([...known.sides, ...seen.sides])], signals: known.signals + 1 };
}

function kindOf(value: string): EntityKind {
  if (address.test(value)) return 'address';
  return value.includes('.') ? 'domain' : 'host';
}
