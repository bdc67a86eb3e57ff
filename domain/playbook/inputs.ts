/** Inputs of a run: given by the order, else taken from the signal, else the default; each checked against its type and limits. */
import { EdictError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Signal } from '../incident/signal.ts';
import { durationOf } from './duration.ts';
import { evaluate, evaluateBoolean, type Scope } from './expression.ts';
import type { Plan, PlanInput, Trigger } from './plan.ts';
import { suggest } from './suggest.ts';

/** Throws `input-invalid` for an unknown, missing or wrong input. Same order and signal, same inputs. */
export function resolveInputs(plan: Pick<Plan, 'playbook' | 'inputs'>, given: JsonObject, signal?: Signal): JsonObject {
  for (const name of Object.keys(given)) if (!Object.hasOwn(plan.inputs, name)) throw unknownInput(plan, name);
  const scope: Scope = (root) => (root === 'signal' ? ((signal ?? {}) as JsonObject) : undefined);
  const resolved: [string, Json][] = [];
  for (const [name, spec] of Object.entries(plan.inputs)) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? valueFrom(spec, scope) ?? spec.default;
    if (value !== undefined) resolved.push([name, checked(name, spec, value)]);
    else if (spec.optional !== true)
      throw new EdictError('input-invalid', `input \`${name}\` of playbook \`${plan.playbook}\` is missing`, {
        where: `/inputs/${name}`,
        expected: spec.type,
      });
  }
  return Object.fromEntries(resolved);
}

/** Whether the signal starts the playbook by itself. A condition that cannot be evaluated does not match. */
export function triggeredBy(plan: Pick<Plan, 'triggers'>, signal: Signal): boolean {
  const scope: Scope = (root) => (root === 'signal' ? (signal as unknown as JsonObject) : undefined);
  const matches = (trigger: Trigger): boolean => {
    if (trigger.kind !== 'signal') return false;
    try {
      return evaluateBoolean(trigger.when, scope);
    } catch {
      return false;
    }
  };
  return plan.triggers.some(matches);
}

/** Roles that may start it by hand; empty when nobody may. */
export function manualRoles(plan: Pick<Plan, 'triggers'>): readonly string[] {
  return plan.triggers.flatMap((trigger) => (trigger.kind === 'manual' ? trigger.roles : []));
}

function unknownInput(plan: Pick<Plan, 'playbook' | 'inputs'>, name: string): EdictError {
  const near = suggest(name, Object.keys(plan.inputs));
  return new EdictError(
    'input-invalid',
    `unknown input \`${name}\` of playbook \`${plan.playbook}\`${near ? `: did you mean \`${near}\`?` : ''}`,
    {
      where: `/inputs/${name}`,
      expected: Object.keys(plan.inputs).join(', ') || 'no inputs',
    },
  );
}

function valueFrom(spec: PlanInput, scope: Scope): Json | undefined {
  if (spec.from === undefined) return undefined;
  try {
    return evaluate(spec.from, scope);
  } catch (error) {
    // The signal does not have it, or there is none: the default or the refusal below speaks.
    if (error instanceof EdictError && error.code === 'expression-failed') return undefined;
    throw error;
  }
}

function checked(name: string, spec: PlanInput, given: Json): Json {
  const value = asRecord(spec.type, given);
  if (!fits[spec.type](value))
    throw new EdictError('input-invalid', `input \`${name}\` is not of type ${spec.type}`, {
      where: `/inputs/${name}`,
      expected: spec.type,
    });
  const measure = spec.type === 'duration' ? durationOf(value) : value;
  if (typeof measure === 'number' && (measure < (spec.min ?? -Infinity) || measure > (spec.max ?? Infinity))) {
    throw new EdictError('input-invalid', `input \`${name}\` is out of its limits`, {
      where: `/inputs/${name}`,
      expected: `${spec.min ?? '…'} to ${spec.max ?? '…'}${spec.type === 'duration' ? ' ms' : ''}`,
    });
  }
  return value;
}

/** A bare name stands for an asset, a bare value for an indicator. */
function asRecord(type: PlanInput['type'], given: Json): Json {
  if (type === 'asset' && typeof given === 'string') return { name: given };
  if (type === 'indicator' && typeof given === 'string') return { value: given };
  return given;
}

const isRecord = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const fits: Record<PlanInput['type'], (value: Json) => boolean> = {
  string: (value) => typeof value === 'string' && value.length <= 10_000,
  int: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  bool: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  map: isRecord,
  asset: (value) => isRecord(value) && typeof value['name'] === 'string' && value['name'] !== '' && value['name'].length <= 256,
  indicator: (value) => isRecord(value) && typeof value['value'] === 'string' && value['value'] !== '' && value['value'].length <= 2_048,
  any: () => true,
  duration: (value) => typeof value === 'string',
};
