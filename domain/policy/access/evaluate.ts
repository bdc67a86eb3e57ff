/**
 * Evaluates expressions: each is compiled once into functions, then asked for many requests. What goes wrong (a missing attribute, a
 * wrong type, an overflow) is a value too, a `Failure`, because conditions that err are ordinary.
 */
import type { EntityStore } from './entity-store.ts';
import type { BinaryOperator, Expression, Variable } from './expression.ts';
import { type Glob, globOf } from './glob.ts';
import { callOf } from './call.ts';
import { keyOf } from './entity.ts';
import {
  entityValue,
  type EntityValue,
  type Failure,
  failure,
  isEqualValue,
  isFailure,
  isLong,
  longOf,
  type RecordValue,
  setValue,
  typeOfValue,
  type Value,
} from './value.ts';

export type Environment = {
  readonly principal: EntityValue;
  readonly action: EntityValue;
  readonly resource: EntityValue;
  readonly context: RecordValue;
  readonly store: EntityStore;
};

export type Evaluate = (environment: Environment) => Value | Failure;

/** What a condition comes to. */
export type Truth = 'true' | 'false' | Failure;

export function truthOf(value: Value | Failure): Truth {
  if (value === true) return 'true';
  if (value === false) return 'false';
  return isFailure(value) ? value : wrongType('boolean', value);
}

export function compileExpression(expression: Expression): Evaluate {
  switch (expression.op) {
    case 'literal':
      return constant(expression.value);
    case 'long':
      return constant(longOf(BigInt(expression.digits)) ?? failure(`\`${expression.digits}\` is more than 64 bits`));
    case 'entity':
      return constant(entityValue(expression.uid));
    case 'variable':
      return variableOf(expression.name);
    case 'not':
      return boolean(compileExpression(expression.of), (value) => !value);
    case 'negate':
      return negate(compileExpression(expression.of));
    case 'holds': {
      const of = compileExpression(expression.of);
      return (environment) => of(environment) === true;
    }
    case 'and':
    case 'or':
      return shortCut(compileExpression(expression.left), compileExpression(expression.right), expression.op === 'or');
    case 'if':
      return choose(compileExpression(expression.condition), compileExpression(expression.yes), compileExpression(expression.no));
    default:
      return compileOther(expression);
  }
}

type Simple = 'literal' | 'long' | 'entity' | 'variable' | 'not' | 'negate' | 'holds' | 'and' | 'or' | 'if';
type Other = Exclude<Expression, { readonly op: Simple }>;

function compileOther(expression: Other): Evaluate {
  switch (expression.op) {
    case 'has':
      return has(compileExpression(expression.of), expression.attribute);
    case 'get':
      return get(compileExpression(expression.of), expression.attribute);
    case 'like':
      return like(compileExpression(expression.of), globOf(expression.pattern));
    case 'is':
      return is(compileExpression(expression.of), expression.type);
    case 'set':
      return all(expression.items.map(compileExpression), setValue);
    case 'record':
      return all(
        expression.fields.map(({ value }) => compileExpression(value)),
        (values): Value => ({
          kind: 'record',
          fields: new Map(expression.fields.map(({ name }, index) => [name, values[index] as Value])),
        }),
      );
    case 'call':
      return callOf(expression.name, expression.arguments.map(compileExpression));
    default:
      return binary(expression.op, compileExpression(expression.left), compileExpression(expression.right));
  }
}

function constant(value: Value | Failure): Evaluate {
  return () => value;
}

function variableOf(name: Variable): Evaluate {
  return (environment) => environment[name];
}

export function wrongType(expected: string, value: Value): Failure {
  return failure(`${expected} was needed, and there is ${typeOfValue(value)}`);
}

function boolean(of: Evaluate, then: (value: boolean) => boolean): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (typeof value === 'boolean') return then(value);
    return isFailure(value) ? value : wrongType('boolean', value);
  };
}

function negate(of: Evaluate): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (isFailure(value)) return value;
    return isLong(value) ? (longOf(-BigInt(value)) ?? overflow) : wrongType('long', value);
  };
}

const overflow = failure('a number is more than 64 bits');

function shortCut(left: Evaluate, right: Evaluate, decisive: boolean): Evaluate {
  const checked = boolean(right, (value) => value);
  return (environment) => {
    const value = left(environment);
    if (value === decisive) return value;
    if (typeof value === 'boolean') return checked(environment);
    return isFailure(value) ? value : wrongType('boolean', value);
  };
}

function choose(condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate {
  return (environment) => {
    const value = condition(environment);
    if (typeof value === 'boolean') return value ? yes(environment) : no(environment);
    return isFailure(value) ? value : wrongType('boolean', value);
  };
}

function has(of: Evaluate, attribute: string): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (typeof value !== 'object') return wrongType('entity or record', value);
    if (value.kind === 'record') return value.fields.has(attribute);
    if (value.kind === 'entity') return environment.store.get(value.key)?.attributes.fields.has(attribute) ?? false;
    return isFailure(value) ? value : wrongType('entity or record', value);
  };
}

function get(of: Evaluate, attribute: string): Evaluate {
  const missing = failure(`attribute \`${attribute}\` is missing`);
  return (environment) => {
    const value = of(environment);
    if (typeof value !== 'object') return wrongType('entity or record', value);
    if (value.kind === 'record') return value.fields.get(attribute) ?? missing;
    if (value.kind === 'entity') return environment.store.get(value.key)?.attributes.fields.get(attribute) ?? missing;
    return isFailure(value) ? value : wrongType('entity or record', value);
  };
}

function like(of: Evaluate, matches: Glob): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (typeof value === 'string') return matches(value);
    return isFailure(value) ? value : wrongType('string', value);
  };
}

function is(of: Evaluate, type: string): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (typeof value === 'object' && value.kind === 'entity') return value.type === type;
    return isFailure(value) ? value : wrongType('entity', value);
  };
}

function all(parts: readonly Evaluate[], make: (values: readonly Value[]) => Value): Evaluate {
  return (environment) => {
    const values: Value[] = [];
    for (const part of parts) {
      const value = part(environment);
      if (isFailure(value)) return value;
      values.push(value);
    }
    return make(values);
  };
}

type Combine = (left: Value, right: Value, store: EntityStore) => Value | Failure;

const combine: Readonly<Record<BinaryOperator, Combine>> = {
  equal: isEqualValue,
  'not-equal': (left, right) => !isEqualValue(left, right),
  less: ordered((left, right) => left < right),
  'less-or-equal': ordered((left, right) => left <= right),
  greater: ordered((left, right) => left > right),
  'greater-or-equal': ordered((left, right) => left >= right),
  in: isIn,
  add: arithmetic((left, right) => left + right),
  subtract: arithmetic((left, right) => left - right),
  multiply: arithmetic((left, right) => left * right),
};

function binary(op: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  const join = combine[op];
  return (environment) => {
    const a = left(environment);
    if (isFailure(a)) return a;
    const b = right(environment);
    return isFailure(b) ? b : join(a, b, environment.store);
  };
}

function ordered(compare: (left: number | bigint, right: number | bigint) => boolean): Combine {
  return (left, right) => {
    if (isLong(left)) return isLong(right) ? compare(left, right) : wrongType('long', right);
    const timed = typeof left === 'object' && (left.kind === 'datetime' || left.kind === 'duration');
    if (!timed) return wrongType('long', left);
    return typeof right === 'object' && right.kind === left.kind ? compare(left.value, right.value) : wrongType(left.kind, right);
  };
}

function arithmetic(work: (left: bigint, right: bigint) => bigint): Combine {
  return (left, right) => {
    if (!isLong(left)) return wrongType('long', left);
    return isLong(right) ? (longOf(work(BigInt(left), BigInt(right))) ?? overflow) : wrongType('long', right);
  };
}

function isIn(left: Value, right: Value, store: EntityStore): Value | Failure {
  if (typeof left !== 'object' || left.kind !== 'entity') return wrongType('entity', left);
  const places = typeof right === 'object' && right.kind === 'set' ? [...right.members.values()] : [right];
  const odd = places.find((place) => typeof place !== 'object' || place.kind !== 'entity');
  if (odd !== undefined) return wrongType('entity', odd);
  const ancestors = store.get(left.key)?.ancestors;
  return places.some((place) => {
    const key = keyOf(place as EntityValue);
    return key === left.key || ancestors?.has(key) === true;
  });
}
