/**
 * Recorded requests of access and of AI models, for one replay after the other: what many of them have in common is kept once, so that a
 * replay decides each distinct request once, and at times only where a policy asks for them.
 */
import { accessRequestSchema, aiRequestSchema } from '../access/access.schema.ts';
import type { AccessRequest, AiRequest } from '../access/model.ts';
import type { Decision } from '../model.ts';
import { parseInstantMs } from '../time-window.ts';

/** Without its time. */
export type DistinctRequest = {
  readonly request: AccessRequest | AiRequest;
  /** What was decided when it was recorded, where the record tells. */
  readonly recorded: Decision | undefined;
  readonly count: number;
};

export type AccessRecords = {
  readonly count: number;
  readonly distinct: readonly DistinctRequest[];
  /** By record: its distinct request, and when it was; `NaN` where the record does not tell. */
  readonly distinctOf: readonly number[];
  readonly instants: readonly number[];
};

export type AccessRecorder = {
  /** The reason where it is no request that can be read. */
  readonly add: (fields: Fields, recorded: Decision | undefined) => string | undefined;
  readonly done: () => AccessRecords;
};

type Fields = { readonly [name: string]: unknown };

const accessFields = ['kind', 'principal', 'action', 'resource', 'context', 'from', 'entities'] as const;
const aiFields = ['kind', 'principal', 'model', 'purpose', 'dataClasses', 'tools', 'context', 'from', 'entities'] as const;

const allFields = [...new Set<string>([...accessFields, ...aiFields])];

export function accessRecorder(): AccessRecorder {
  const numbers = new Map<string, number | string>();
  const distinct: { request: AccessRequest | AiRequest; recorded: Decision | undefined; count: number }[] = [];
  const distinctOf: number[] = [];
  const instants: number[] = [];
  const numberOf = (fields: Fields, recorded: Decision | undefined): number | string => {
    const key = JSON.stringify([recorded, ...allFields.map((name) => fields[name])]);
    const held = numbers.get(key);
    if (held !== undefined) return held;
    const request = readRequest(picked(fields));
    const number = typeof request === 'string' ? request : distinct.push({ request, recorded, count: 0 }) - 1;
    numbers.set(key, number);
    return number;
  };
  return {
    add: (fields, recorded) => {
      const number = numberOf(fields, recorded);
      if (typeof number === 'string') return number;
      const held = distinct[number];
      if (held !== undefined) held.count += 1;
      distinctOf.push(number);
      const { at } = fields;
      instants.push((typeof at === 'string' ? parseInstantMs(at) : undefined) ?? Number.NaN);
      return undefined;
    },
    done: () => ({ count: distinctOf.length, distinct, distinctOf, instants }),
  };
}

function picked(fields: Fields): Fields {
  const names = fields['kind'] === 'ai' ? aiFields : accessFields;
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) && fields[name] !== null ? [[name, fields[name]]] : [])));
}

function readRequest(fields: object): AccessRequest | AiRequest | string {
  const isAi = 'kind' in fields && fields.kind === 'ai';
  const { success, data, error } = (isAi ? aiRequestSchema : accessRequestSchema).safeParse(fields);
  if (success) return data;
  const [issue] = error.issues;
  return `no request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}
