/** The functions and methods of expressions, each as Cedar's reference defines it. */
import { extensionFrom } from './attribute-value.ts';
import type { EntityStore } from './entity-store.ts';
import type { Environment } from './evaluate.ts';
import type { FunctionName } from './expression.ts';
import { functions, methods } from './expression.ts';
import { type IpValue, ipRange, type NumberExtension, numberExtension } from './extension.ts';
import { type Failure, failure, isFailure, longOf, type SetValue, typeOfValue, type Value, valueKey } from './value.ts';

type Evaluate = (environment: Environment) => Value | Failure;
type Work = (first: Value, second: Value, store: EntityStore) => Value | Failure;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name) || Object.hasOwn(methods, name);
}

export function callOf(name: string, parts: readonly Evaluate[]): Evaluate {
  const work = isFunctionName(name) ? works[name] : undefined;
  if (work === undefined) return () => failure(`there is no function \`${name}\``);
  const [first = nothing, second] = parts;
  return (environment) => {
    const a = first(environment);
    if (isFailure(a)) return a;
    const b = second === undefined ? false : second(environment);
    return isFailure(b) ? b : work(a, b, environment.store);
  };
}

const nothing: Evaluate = () => failure('an argument is missing');

function wrongType(expected: string, value: Value): Failure {
  return failure(`${expected} was needed, and there is ${typeOfValue(value)}`);
}

function onSet(work: (set: SetValue, other: Value) => Value | Failure): Work {
  return (set, other) => (typeof set === 'object' && set.kind === 'set' ? work(set, other) : wrongType('set', set));
}

function onSets(work: (a: SetValue, b: SetValue) => boolean): Work {
  return onSet((a, b) => (typeof b === 'object' && b.kind === 'set' ? work(a, b) : wrongType('set', b)));
}

function onIp(work: (ip: IpValue, other: Value) => Value | Failure): Work {
  return (ip, other) => (typeof ip === 'object' && ip.kind === 'ip' ? work(ip, other) : wrongType('ip', ip));
}

type Kind = NumberExtension['kind'];

function on(kind: Kind, work: (value: bigint) => Value | Failure): Work {
  return (value) => (typeof value === 'object' && value.kind === kind ? work(value.value) : wrongType(kind, value));
}

function onTwo(kinds: readonly [Kind, Kind], work: (a: bigint, b: bigint) => Value | Failure): Work {
  return (a, b) => {
    if (typeof a !== 'object' || a.kind !== kinds[0]) return wrongType(kinds[0], a);
    return typeof b === 'object' && b.kind === kinds[1] ? work(a.value, b.value) : wrongType(kinds[1], b);
  };
}

function read(name: 'ip' | 'decimal' | 'datetime' | 'duration'): Work {
  return (text) => {
    if (typeof text !== 'string') return wrongType('string', text);
    return extensionFrom(name, text) ?? failure(`\`${text}\` is no ${name}`);
  };
}

function tag(work: (fields: ReadonlyMap<string, Value> | undefined, name: string) => Value | Failure): Work {
  return (entity, name, store) => {
    if (typeof entity !== 'object' || entity.kind !== 'entity') return wrongType('entity', entity);
    return typeof name === 'string' ? work(store.get(entity.key)?.tags.fields, name) : wrongType('string', name);
  };
}

const overflow = failure('a number is more than 64 bits');
const dayMs = 86_400_000n;
const whole = (value: bigint): Value | Failure => longOf(value) ?? overflow;
const number = (kind: Kind, value: bigint): Value | Failure => numberExtension(kind, value) ?? overflow;
const decimals = ['decimal', 'decimal'] as const;

/** Down, also below zero. */
function floorDay(value: bigint): bigint {
  const rest = value % dayMs;
  return value - (rest < 0n ? rest + dayMs : rest);
}

const works: Readonly<Record<FunctionName, Work>> = {
  ip: read('ip'),
  decimal: read('decimal'),
  datetime: read('datetime'),
  duration: read('duration'),
  contains: onSet((set, item) => set.members.has(valueKey(item))),
  containsAll: onSets((a, b) => [...b.members.keys()].every((key) => a.members.has(key))),
  containsAny: onSets((a, b) => [...b.members.keys()].some((key) => a.members.has(key))),
  isEmpty: onSet((set) => set.members.size === 0),
  getTag: tag((fields, name) => fields?.get(name) ?? failure(`tag \`${name}\` is missing`)),
  hasTag: tag((fields, name) => fields?.has(name) ?? false),
  isIpv4: onIp(({ family }) => family === 4),
  isIpv6: onIp(({ family }) => family === 6),
  isLoopback: onIp((ip) => within(ip, ip.family === 4 ? loopback4 : loopback6)),
  isMulticast: onIp((ip) => within(ip, ip.family === 4 ? multicast4 : multicast6)),
  isInRange: onIp((ip, range) => (typeof range === 'object' && range.kind === 'ip' ? within(ip, range) : wrongType('ip', range))),
  lessThan: onTwo(decimals, (a, b) => a < b),
  lessThanOrEqual: onTwo(decimals, (a, b) => a <= b),
  greaterThan: onTwo(decimals, (a, b) => a > b),
  greaterThanOrEqual: onTwo(decimals, (a, b) => a >= b),
  offset: onTwo(['datetime', 'duration'], (a, b) => number('datetime', a + b)),
  durationSince: onTwo(['datetime', 'datetime'], (a, b) => number('duration', a - b)),
  toDate: on('datetime', (value) => number('datetime', floorDay(value))),
  toTime: on('datetime', (value) => number('duration', value - floorDay(value))),
  toMilliseconds: on('duration', whole),
  toSeconds: on('duration', (value) => whole(value / 1_000n)),
  toMinutes: on('duration', (value) => whole(value / 60_000n)),
  toHours: on('duration', (value) => whole(value / 3_600_000n)),
  toDays: on('duration', (value) => whole(value / dayMs)),
};

const loopback4: IpValue = { kind: 'ip', family: 4, address: 127n << 24n, bits: 8 };
const loopback6: IpValue = { kind: 'ip', family: 6, address: 1n, bits: 128 };
const multicast4: IpValue = { kind: 'ip', family: 4, address: 224n << 24n, bits: 4 };
const multicast6: IpValue = { kind: 'ip', family: 6, address: 0xffn << 120n, bits: 8 };

function within(ip: IpValue, range: IpValue): boolean {
  if (ip.family !== range.family) return false;
  const [inner, outer] = [ipRange(ip), ipRange(range)];
  return outer.low <= inner.low && inner.high <= outer.high;
}
