/** Requests that are like another, but for the attributes that a rule reads: a test that is opaque may show only on some values. */
import { type Attributes, type AttributeValue, keyOf, parseUid } from '../../access/entity.ts';
import type { EntityStore } from '../../access/entity-store.ts';
import type { Expression } from '../../access/expression.ts';
import type { ReadPart } from '../../access/interpret.ts';
import type { AccessRequest } from '../../access/model.ts';
import { type AttributePath, pathOf } from '../../access/space/atom.ts';
import { partsOf } from '../../access/space/paths.ts';

const extension = (fn: string, arg: string): AttributeValue => ({ __extn: { fn, arg } });

/** One of each type, and a few more of those that are compared by size. */
const samples: readonly AttributeValue[] = [
  0,
  1_000_000,
  'x',
  true,
  [],
  {},
  extension('decimal', '0.0'),
  extension('decimal', '1000000.0'),
  extension('datetime', '1970-01-01'),
  extension('datetime', '2100-01-01'),
  extension('duration', '0ms'),
  extension('duration', '1000d'),
  extension('ip', '127.0.0.1'),
  extension('ip', '224.0.0.1'),
  extension('ip', '::1'),
];

type Rule = ReadPart & { readonly excepts: readonly ReadPart[] };

/** The request itself, then with each sample in all that the rule reads. */
export function variantsOf(request: AccessRequest, rule: Rule, store: EntityStore): readonly AccessRequest[] {
  const conditions = [rule, ...rule.excepts].flatMap((part) => part.conditions);
  const paths = conditions.flatMap(readPaths);
  const within = (value: AttributeValue) => paths.reduce((made, path) => put(made, path, { value, store }), request);
  return [request, ...samples.map(within)];
}

function readPaths(expression: Expression): readonly AttributePath[] {
  const path = pathOf(expression);
  return path === undefined ? partsOf(expression).flatMap(readPaths) : [path];
}

type Putting = { readonly value: AttributeValue; readonly store: EntityStore };

function put(request: AccessRequest, { root, names }: AttributePath, { value, store }: Putting): AccessRequest {
  if (root === 'context') return { ...request, context: within(request.context, names, value) };
  const uid = parseUid(request[root]);
  const key = keyOf(uid);
  const [own, others] = [request.entities?.find((each) => keyOf(each.uid) === key), request.entities ?? []];
  const attrs = within(own?.attrs ?? store.raw(key)?.attrs, names, value);
  return { ...request, entities: [...others.filter((each) => each !== own), { uid, ...own, attrs }] };
}

function within(attributes: Attributes = {}, [name = '', ...rest]: readonly string[], value: AttributeValue): Attributes {
  if (rest.length === 0) return { ...attributes, [name]: value };
  const inner = attributes[name];
  return { ...attributes, [name]: within(typeof inner === 'object' && !Array.isArray(inner) ? (inner as Attributes) : {}, rest, value) };
}
