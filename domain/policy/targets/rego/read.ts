/**
 * Reads a Rego artifact back: data.json by the meaning of the one policy.rego that it knows by digest. Any other policy text, any
 * key or shape that it does not expect is `artifact-unreadable`. Addresses are parsed here anew, and rules count only where the
 * index lists them, as they do in OPA.
 */
import ipaddr from 'ipaddr.js';
import { digestOfText } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import { fromAddressIntervals } from '../../addresses.ts';
import { type Box, everything, intersectBoxes, subtractBoxes } from '../../boxes.ts';
import { type IntervalSet, intersect, intervalSet } from '../../intervals.ts';
import { anyService, isProtocol, type Protocol, protocols, serviceSet } from '../../service-selector.ts';
import { readRulesOf } from '../read-boxes.ts';
import type { AddressInterval, Artifact, ReadRule } from '../target.ts';

/** Of policy-text.ts; taken anew, with this file's meaning, whenever that text changes. */
const knownPolicy = 'sha256:c35c94f268f71c2a5a2145811df8b23448415e5b1f570c34a1605ad8c91effae';

type Fields = { readonly [key: string]: unknown };

export function readRego(artifact: Artifact): readonly ReadRule[] {
  const { 'data.json': data, 'policy.rego': policy, ...others } = artifact.files;
  if (artifact.target !== 'rego' || data === undefined || policy === undefined || Object.keys(others).length > 0)
    throw unreadable(`files \`${Object.keys(artifact.files).join(' ')}\` of a ${artifact.target} artifact`, 'data.json and policy.rego');
  if (digestOfText(policy) !== knownPolicy) throw unreadable('a policy.rego that is not the known one', knownPolicy);
  const { edict } = object(parse(data), ['edict'], 'data.json');
  const { isolations, rules } = object(edict, ['isolations', 'rules'], 'edict');
  if (list(isolations, 'edict.isolations').length > 0) throw unreadable('isolations in an artifact', 'an empty list');
  const { index, list: entries, sets } = object(rules, ['index', 'list', 'sets'], 'edict.rules');
  return readRules(list(entries, 'list'), { sets: readSets(sets), listed: readIndex(index) });
}

type Words = { readonly sets: ReadonlyMap<string, IntervalSet>; readonly listed: ReadonlyMap<number, IntervalSet> };

function readRules(entries: readonly unknown[], words: Words): readonly ReadRule[] {
  const read = entries.map((entry, number) => readRule(entry, number, words));
  for (const number of words.listed.keys())
    if (number >= read.length) throw unreadable(`rule ${number} in the index`, `less than ${read.length}`);
  return ['deny', 'allow', 'claim'].flatMap((effect) => read.filter((rule) => rule.effect === effect).flatMap(({ lines }) => lines));
}

function readRule(entry: unknown, number: number, words: Words): { readonly effect: string; readonly lines: readonly ReadRule[] } {
  const where = `list[${number}]`;
  const rule = object(entry, ['id', 'effect', 'from', 'to', 'service', 'except'], where);
  if (typeof rule['id'] !== 'string') throw unreadable(`${where}.id`, 'text');
  const excepts = list(rule['except'], `${where}.except`).map((except, at) => readExcept(except, `${where}.except[${at}]`, words));
  const listed: Box = { ...everything, service: words.listed.get(number) ?? [] };
  const match = intersectBoxes(readBox(rule, where, words), listed);
  const timezone = excepts.map((except) => except.timezone).find((zone) => zone !== undefined);
  if (excepts.some((except) => except.timezone !== undefined && except.timezone !== timezone))
    throw unreadable(`several time zones in ${where}`, 'one');
  const boxes = subtractBoxes(
    [match],
    excepts.map(({ box }) => box),
  );
  const effect = oneOf(rule['effect'], ['deny', 'allow', 'claim'], `${where}.effect`);
  return { effect, lines: boxes.flatMap((box) => readRulesOf(box, effect === 'allow' ? 'allow' : 'deny', timezone)) };
}

function readExcept(entry: unknown, where: string, words: Words): { readonly box: Box; readonly timezone: string | undefined } {
  const except = object(entry, ['from', 'to', 'service', 'during'], where);
  const box = readBox(except, where, words);
  if (except['during'] === null) return { box, timezone: undefined };
  const { timezone, minutes } = object(except['during'], ['timezone', 'minutes'], `${where}.during`);
  if (typeof timezone !== 'string') throw unreadable(`${where}.during.timezone`, 'text');
  const ranges = list(minutes, `${where}.during.minutes`).map((range) => numberRange(range, 10_079, `${where}.during.minutes`));
  return { box: { ...box, minute: intervalSet(ranges) }, timezone };
}

function readBox(fields: Fields, where: string, { sets }: Words): Box {
  const place = (key: string): IntervalSet => {
    const set = fields[key] === 'any' ? everything.source : sets.get(String(fields[key]));
    if (set === undefined || typeof fields[key] !== 'string') throw unreadable(`${where}.${key}`, '`any` or the name of a set');
    return set;
  };
  return { ...everything, source: place('from'), destination: place('to'), service: readService(fields['service'], `${where}.service`) };
}

function readService(value: unknown, where: string): IntervalSet {
  const { protocol, low, high } = object(value, ['protocol', 'low', 'high'], where);
  if (protocol === 'any') return anyService;
  const [from, to] = [wholeNumber(low, 65_535, where), wholeNumber(high, 65_535, where)];
  if (!isProtocol(protocol)) throw unreadable(`${where}.protocol`, protocols.join(', '));
  // Protocols without ports are asked for port 0.
  if (protocol !== 'tcp' && protocol !== 'udp') return from === 0 ? serviceSet({ protocol, low: 0, high: 0 }) : [];
  return intervalSet(serviceSet({ protocol, low: from, high: to }));
}

function readSets(value: unknown): ReadonlyMap<string, IntervalSet> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('edict.rules.sets', 'an object');
  return new Map(
    Object.entries(value).map(([name, set]) => {
      const byFamily = object(set, ['4', '6'], `sets.${name}`);
      const cidrs = ([4, 6] as const).flatMap((family) => list(byFamily[family], `sets.${name}`).map((cidr) => readCidr(cidr, family)));
      return [name, fromAddressIntervals(cidrs)] as const;
    }),
  );
}

function readCidr(value: unknown, family: 4 | 6): AddressInterval {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(String(value)) ?? [];
  const kind = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const width = family === 4 ? 32 : 128;
  if (typeof value !== 'string' || !kind.isValid(address) || Number(bits) > width || bits === '')
    throw unreadable(`CIDR \`${String(value)}\``, `an IPv${family} CIDR`);
  if (family === 4 && !ipaddr.IPv4.isValidFourPartDecimal(address)) throw unreadable(`CIDR \`${value}\``, 'four decimal parts');
  const number = kind
    .parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const mask = (1n << BigInt(width - Number(bits))) - 1n;
  return { family, low: number & ~mask, high: number | mask };
}

/** For each rule, the services under which the index lists it. */
function readIndex(value: unknown): ReadonlyMap<number, IntervalSet> {
  const index = object(value, protocols, 'edict.rules.index');
  const listed = new Map<number, IntervalSet[]>();
  const add = (number: unknown, set: IntervalSet) => {
    const rule = wholeNumber(number, Number.MAX_SAFE_INTEGER, 'edict.rules.index');
    const held = listed.get(rule);
    if (held === undefined) listed.set(rule, [set]);
    else held.push(set);
  };
  for (const protocol of protocols) {
    const { ports, wide } = object(index[protocol], ['ports', 'wide'], `index.${protocol}`);
    for (const number of list(wide, `index.${protocol}.wide`)) add(number, serviceSet({ protocol, low: 0, high: 65_535 }));
    for (const [port, numbers] of Object.entries(ports as Fields)) {
      for (const number of list(numbers, `index.${protocol}.ports`)) add(number, onePort(protocol, port));
    }
  }
  return new Map([...listed].map(([rule, sets]) => [rule, intersect(intervalSet(sets.flat()), anyService)]));
}

function onePort(protocol: Protocol, text: string): IntervalSet {
  const port = Number(text);
  if (String(port) !== text || !(port >= 0 && port <= 65_535)) throw unreadable(`port \`${text}\` in the index`, '0–65535');
  const withPorts = protocol === 'tcp' || protocol === 'udp';
  return withPorts || port === 0 ? serviceSet({ protocol, low: port, high: port }) : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EdictError('artifact-unreadable', 'data.json is not JSON', { cause });
  }
}

function object(value: unknown, keys: readonly string[], where: string): Fields {
  const held = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  if (held.length !== keys.length || !keys.every((key) => held.includes(key)))
    throw unreadable(`${where} with keys \`${held.join(', ')}\``, keys.join(', '));
  return value as Fields;
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(where, 'a list');
  return value;
}

function wholeNumber(value: unknown, most: number, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most)
    throw unreadable(`number in ${where}`, `0–${most}`);
  return value;
}

function numberRange(value: unknown, most: number, where: string): { readonly low: bigint; readonly high: bigint } {
  const [low, high, ...rest] = list(value, where);
  if (rest.length > 0) throw unreadable(where, 'two numbers');
  return { low: BigInt(wholeNumber(low, most, where)), high: BigInt(wholeNumber(high, most, where)) };
}

function oneOf(value: unknown, words: readonly string[], where: string): string {
  if (typeof value !== 'string' || !words.includes(value)) throw unreadable(where, words.join(', '));
  return value;
}

function unreadable(what: string, expected: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { expected });
}
