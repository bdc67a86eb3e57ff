/**
 * The form of a policy file as a JSON Schema (draft-07) for editors: they complete keys and say what they mean. Made from the form that
 * is read, so that the two cannot differ; whether names are known and tests pass only `edict policy apply` and `test` can say.
 */
import { z } from 'zod';
import type { JsonObject } from '../../json.ts';
import { policyFileForm } from '../policy-file.schema.ts';

type Node = Record<string, unknown>;

export function policyFileJsonSchema(): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(policyFileForm, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    reused: 'ref',
  }) as Node;
  return { $schema, title: 'Edict policy', ...(described(schema) as Node) } as JsonObject;
}

/** Adds what a key means wherever the form has it. */
function described(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(described);
  if (!isNode(node)) return node;
  const inner: Node = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, described(value)]));
  const properties = inner['properties'];
  if (!isNode(properties)) return inner;
  const meant = Object.entries(properties).map(([key, value]) => [
    key,
    isNode(value) && meanings[key] !== undefined ? { ...value, description: meanings[key] } : value,
  ]);
  return { ...inner, properties: Object.fromEntries(meant) };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const meanings: { readonly [key: string]: string | undefined } = {
  policy: 'Its name: letters a–z, digits and `-`, at most 64.',
  owner: 'Who answers for it; of an exception, who answers for that.',
  controls: 'What it is for, as `<catalogue>:<control>`.',
  requirements: 'The sentences that it comes from; each rule names one.',
  rules: 'What is decided. Their order means nothing: deny comes before allow, and allow before claim.',
  network: 'A rule about connections; of a test, the message that is decided on.',
  access: 'A rule about who may do what to which resource; of a test, the request that is decided on.',
  ai: 'A rule about who may use which model for what; of a test, the request that is decided on.',
  allow: 'What it matches may be, unless a rule denies it.',
  deny: 'What it matches must not be, whatever else allows it.',
  claim: 'What nothing allows here is denied: the default deny of a scope.',
  from: '`any`, `zone:…`, `service:…`, `group:…`, `asset:…`, an address, CIDR or range. Of a message: the address that it comes from.',
  to: '`any`, `zone:…`, `service:…`, `group:…`, `asset:…`, an address, CIDR or range. Of a message: the address that it goes to.',
  service:
    '`any`, `tcp/5432`, `udp/53`, `tcp/8000-8099`, `tcp`, `icmp`, `icmp/8`, `icmpv6/135`, `sctp/2905`, `esp`, `proto/50`, or several by comma.',
  sourcePorts: '`1024-65535`, `53`, or several by comma; any where it is left out.',
  direction:
    'As the point sees it: `in` to it, `out` of it, `forward` through it. Of a rule: each where it is left out; of a message: `forward`.',
  state: 'What the point knows of the connection. `new` where it is left out: what belongs to a connection that was let in follows it.',
  except: 'Carve-outs: what one of them matches, the rule does not match.',
  during: 'A weekly time window, as `Sun 02:00-06:00 Europe/Zurich` or `daily 22:00-06:00 UTC`.',
  exception: 'It is there for a while only: who answers for it, why, and until when. From then on it is gone.',
  until: 'An instant, as 2026-12-01T18:00:00Z.',
  tests: 'Requests and what must come out; they are run before the policy goes anywhere, and by `edict policy test`.',
  by: 'Ids of the rules that must determine it.',
  questions: 'What the sentences leave open; a draft with open questions goes nowhere.',
};
