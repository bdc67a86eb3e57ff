/**
 * What expressions see of each step, and of which type it is, as far as that is certain before it runs. What an author names takes its
 * type from its expression; numbers with a fraction may come back whole, so that they are of no certain type.
 */
import type { Environment, ObjectSchema } from '@marcbachmann/cel-js';
import { actions, type ValueType } from '../actions.ts';
import type { Catalogue } from '../publishing/catalogue.ts';
import type { Cel } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { isAction, type KnownStep } from './survey.ts';
import { outputsOf } from './task-outputs.ts';

export const celTypes: Record<ValueType | 'duration', string> = {
  string: 'string',
  int: 'int',
  double: 'double',
  bool: 'bool',
  list: 'list',
  map: 'map',
  asset: 'map',
  indicator: 'map',
  any: 'dyn',
  duration: 'string',
};

export const signalSchema = {
  id: 'string',
  kind: 'string',
  severity: 'string',
  at: 'string',
  title: 'string',
  source: 'string',
  destination: 'string',
  key: 'string',
  attributes: 'map',
};

export type SchemaContext = {
  readonly known: Catalogue | undefined;
  /** Without steps. */
  readonly base: Environment;
  /** With the steps before this one in it. */
  readonly environment: Environment;
  readonly celOf: (text: string) => Cel;
};

/** What expressions see of a step; undefined where that cannot be told. */
export function schemaOf(step: KnownStep, context: SchemaContext): ObjectSchema | undefined {
  const { source, kind } = step;
  const given = kind === 'playbook' ? calledTypes(source, context.known) : givenTypes(step, context);
  if (!given) return undefined;
  return {
    ...given,
    ok: 'bool',
    status: 'string',
    error: { code: 'string', message: 'string' },
    lease: { duration: 'string' },
  };
}

function givenTypes({ kind, source }: KnownStep, context: SchemaContext): ObjectSchema {
  const own = ownTypes(source, context);
  if (kind === 'action') return { ...actionTypes(source.action ?? ''), ...own };
  if (kind === 'manual' && source.manual) return { ...answerTypes(source.manual), by: 'string', task: 'string', ...own };
  if (kind === 'approval') return { approval: 'string', decision: 'string', by: 'string', withheld: 'list' };
  if (kind === 'foreach') return { results: 'list', ...(source.foreach?.on_error === 'collect' ? { errors: 'list' } : {}) };
  if (kind === 'while') return { result: 'dyn', turns: 'int' };
  const waited = typeof source.wait === 'object' && source.wait.signal !== undefined;
  return waited ? { signal: signalSchema } : own;
}

function actionTypes(name: string): ObjectSchema {
  if (!isAction(name)) return {};
  return Object.fromEntries(Object.entries(actions[name].outputs).map(([output, type]) => [output, celTypes[type as ValueType]]));
}

/** Of a playbook that is at hand. */
function calledTypes({ playbook }: SourceStep, known: Catalogue | undefined): ObjectSchema | undefined {
  const called = playbook && known?.find(playbook.name, playbook.version);
  return called && { ...called.outputs, run: 'string', version: 'string', outcome: 'string' };
}

function answerTypes({ outputs }: NonNullable<SourceStep['manual']>): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(outputsOf(outputs)).map(([name, { type }]) => [name, celTypes[type]]));
}

function ownTypes({ action, outputs, set }: SourceStep, { base, environment, celOf }: SchemaContext): { readonly [name: string]: string } {
  // What is computed from `result` and from steps has no certain type here.
  const own = action !== undefined && outputs ? base.clone().registerVariable(resultSchema(action)) : environment;
  return Object.fromEntries(Object.entries({ ...outputs, ...set }).map(([name, text]) => [name, certainType(own, celOf(text))]));
}

export function resultSchema(action: string): { readonly name: 'result' } & ({ readonly schema: ObjectSchema } | { readonly type: 'map' }) {
  return { name: 'result', ...schemaOr(actionTypes(action)) };
}

export function schemaOr(schema: ObjectSchema): { readonly schema: ObjectSchema } | { readonly type: 'map' } {
  return Object.keys(schema).length === 0 ? { type: 'map' } : { schema };
}

/** As it comes back from JSON. */
const certain: { readonly [celType: string]: string } = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  uint: 'int',
  list: 'list',
  map: 'map',
  'google.protobuf.Timestamp': 'string',
  'google.protobuf.Duration': 'string',
};

function certainType(environment: Environment, cel: Cel): string {
  try {
    const { valid, type } = environment.check(cel);
    const bare = type?.replace(/<.*$/, '') ?? '';
    return valid && Object.hasOwn(certain, bare) ? (certain[bare] ?? 'dyn') : 'dyn';
  } catch {
    // What is wrong with it is said where it stands.
    return 'dyn';
  }
}
