/**
 * Reads a Rego artifact back: data.json by the meaning of the one policy.rego that it knows by digest. Any other policy text, any
 * key or shape that it does not expect is `artifact-unreadable`. Addresses are parsed here anew, and rules count only where the
 * index lists them, as they do in OPA.
 */
import ipaddr from 'ipaddr.js';
import { digestOfText } from '../../../digest.ts';
import { EdictError } from '../../../errors.ts';
import { fromAddressIntervals } from '../../addresses.ts';
import { type Box, everything, intersectBoxes, isEmpty, subtractBoxes } from '../../boxes.ts';
import { type IntervalSet, intervalSet, union } from '../../intervals.ts';
import { anyService } from '../../service-selector.ts';
import type { AddressInterval, Artifact, ReadRule } from '../target.ts';
import { isProtocol, type Protocol, protocols, readService as serviceSet } from './service.ts';

/** Of policy-text.ts; taken anew, with this file's meaning, whenever that text changes. */
const knownPolicy = 'sha256:efdca0dd140944aa5616226611d0f5a972ed9bb0e535666c9e37c7a7312d0df3';

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

/** `listed`: for each rule, the requests for which the index names it. */
type Words = { readonly sets: ReadonlyMap<string, IntervalSet>; readonly listed: ReadonlyMap<number, readonly Box[]> };

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
  const match = readBox(rule, where, words);
  const listed = (words.listed.get(number) ?? []).map((box) => intersectBoxes(match, box));
  const timezone = excepts.map((except) => except.timezone).find((zone) => zone !== undefined);
  if (excepts.some((except) => except.timezone !== undefined && except.timezone !== timezone))
    throw unreadable(`several time zones in ${where}`, 'one');
  const boxes = subtractBoxes(
    listed,
    excepts.map(({ box }) => box),
  );
  const effect = oneOf(rule['effect'], ['deny', 'allow', 'claim'], `${where}.effect`);
  return {
    effect,
    lines: boxes.filter((box) => !isEmpty(box)).map((box) => ({ box, decision: effect === 'allow' ? 'allow' : 'deny', timezone })),
  };
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
  return new Map(
    entries(value, 'edict.rules.sets').map(([name, set]) => {
      const byFamily = object(set, ['4', '6'], `sets.${name}`);
      const cidrs = ([4, 6] as const).flatMap((family) => list(byFamily[family], `sets.${name}`).map((cidr) => readCidr(cidr, family)));
      return [name, fromAddressIntervals(cidrs)] as const;
    }),
  );
}

function readCidr(value: unknown, family: 4 | 6): AddressInterval {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/.exec(String(value)) ?? [];
  const width = family === 4 ? 32 : 128;
  if (typeof value !== 'string' || !isAddress(address, family) || Number(bits) > width)
    throw unreadable(`CIDR \`${String(value)}\``, `an IPv${family} CIDR`);
  const number = lowOf(address, family);
  const mask = (1n << BigInt(width - Number(bits))) - 1n;
  return { family, low: number & ~mask, high: number | mask };
}

/** Four decimal parts, or hexadecimal groups: about other spellings, readers disagree. */
function isAddress(text: string, family: 4 | 6): boolean {
  return family === 4
    ? ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0[0-9]/.test(text)
    : ipaddr.IPv6.isValid(text) && !text.includes('.');
}

function lowOf(address: string, family: 4 | 6): bigint {
  const parsed = family === 4 ? ipaddr.IPv4.parse(address) : ipaddr.IPv6.parse(address);
  return parsed.toByteArray().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

type Listed = { readonly service: IntervalSet; readonly destinations: IntervalSet[] };

/** By rule, network by network; networks under which a rule has the same services are one box. */
function readIndex(value: unknown): ReadonlyMap<number, readonly Box[]> {
  const found = new Map<number, Map<string, Listed>>();
  for (const [network, bucket] of entries(value, 'index')) {
    const destination = network === '*' ? everything.destination : readNetwork(network);
    for (const [number, service] of readBucket(bucket, `index["${network}"]`)) {
      const key = service.map(({ low, high }) => `${low}-${high}`).join(' ');
      const boxes = found.get(number) ?? new Map<string, Listed>();
      const held = boxes.get(key) ?? { service, destinations: [] };
      held.destinations.push(destination);
      found.set(number, boxes.set(key, held));
    }
  }
  const boxOf = ({ service, destinations }: Listed): Box => ({ ...everything, service, destination: union(...destinations) });
  return new Map([...found].map(([number, boxes]) => [number, [...boxes.values()].map(boxOf)]));
}

/** The policy asks by networks of these widths and no others, in canonical text: a key in any other form is never found. */
const widths: Readonly<Record<4 | 6, readonly number[]>> = { 4: [8, 16, 24, 32], 6: [32, 48, 64, 128] };

function readNetwork(text: string): IntervalSet {
  const family = text.includes(':') ? 6 : 4;
  const cidr = readCidr(text, family);
  const [base = '', bits] = text.split('/');
  const canonical = family === 4 ? ipaddr.IPv4.parse(base).toString() : ipaddr.IPv6.parse(base).toRFC5952String();
  if (!widths[family].includes(Number(bits)) || canonical !== base || lowOf(base, family) !== cidr.low)
    throw unreadable(`network \`${text}\` in the index`, 'a network that the policy asks for');
  return fromAddressIntervals([cidr]);
}

/** By rule, the services under which one network lists it. */
function readBucket(value: unknown, where: string): ReadonlyMap<number, IntervalSet> {
  const listed = new Map<number, IntervalSet[]>();
  const add = (numbers: unknown, set: IntervalSet) => {
    for (const each of list(numbers, where)) {
      const number = wholeNumber(each, Number.MAX_SAFE_INTEGER, where);
      const held = listed.get(number);
      if (held === undefined) listed.set(number, [set]);
      else held.push(set);
    }
  };
  for (const [key, part] of entries(value, where)) {
    if (key === 'any') add(part, anyService);
    else if (isProtocol(key)) readPorts(part, { protocol: key, where, add });
    else throw unreadable(`\`${key}\` in ${where}`, 'a protocol, or `any`');
  }
  return new Map([...listed].map(([number, sets]) => [number, union(...sets)]));
}

type Listing = { readonly protocol: Protocol; readonly where: string; readonly add: (numbers: unknown, set: IntervalSet) => void };

function readPorts(value: unknown, { protocol, where, add }: Listing): void {
  const { ports, wide } = object(value, ['ports', 'wide'], where);
  add(wide, serviceSet({ protocol, low: 0, high: 65_535 }));
  for (const [port, numbers] of entries(ports, where)) add(numbers, onePort(protocol, port));
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

function entries(value: unknown, where: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(where, 'an object');
  return Object.entries(value);
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
