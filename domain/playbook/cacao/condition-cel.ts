/** CACAO conditions → CEL. What CEL cannot decide alike is refused by `input-invalid`: patterns with `_`, regular expressions, subnets. */
import { EdictError } from '../../errors.ts';
import type { ComparisonOperator, Condition, Operand } from './condition.ts';

/** A variable as expressions see it: its CEL text and the type that CACAO gave it. */
export type Resolved = { readonly cel: string; readonly type: string };
/** Throws where the variable has no certain value. */
export type Resolve = (name: string) => Resolved;

export type CelType = 'int' | 'double' | 'bool' | 'map' | 'string';

const celTypes: { readonly [cacaoType: string]: CelType } = {
  integer: 'int',
  long: 'int',
  float: 'double',
  bool: 'bool',
  dictionary: 'map',
};

/** Of a type of CACAO's open vocabulary; all others are texts. */
export function celTypeOf(cacaoType: string): CelType {
  return Object.hasOwn(celTypes, cacaoType) ? (celTypes[cacaoType] ?? 'string') : 'string';
}

export function celOfCondition(condition: Condition, resolve: Resolve): string {
  switch (condition.is) {
    case 'and':
    case 'or':
      return condition.parts
        .map((part) => (part.is === 'compare' || part.is === 'not' ? celOfCondition(part, resolve) : `(${celOfCondition(part, resolve)})`))
        .join(condition.is === 'and' ? ' && ' : ' || ');
    case 'not':
      return `!(${celOfCondition(condition.part, resolve)})`;
    case 'compare':
      return comparison(condition, resolve);
  }
}

/** The literal of a text in a variable's type: `'5'` next to an integer is 5. */
export function celLiteral(operand: Operand, type: CelType): string {
  if (operand.is === 'list') return `[${operand.items.map((item) => celLiteral(item, type)).join(', ')}]`;
  if (operand.is === 'variable') throw refused(`\`${operand.name}\` stands where a value is needed`, 'a value');
  const text = operand.is === 'bool' ? String(operand.value) : operand.text;
  const literal = literals[type](text);
  if (literal === undefined) throw refused(`\`${text}\` is no ${type}`, `a value of type ${type}`);
  return literal;
}

const literals: Record<CelType, (text: string) => string | undefined> = {
  string: (text) => JSON.stringify(text),
  int: (text) => (/^[+-]?\d{1,15}$/.test(text) ? String(Number(text)) : undefined),
  double: (text) => (/^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text) ? doubleOf(Number(text)) : undefined),
  bool: (text) => (/^(true|false|0|1)$/i.test(text) ? String(/^(true|1)$/i.test(text)) : undefined),
  map: () => undefined,
};

/** CEL tells 1 from 1.0, and has no exponents that we write. */
function doubleOf(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : value.toFixed(15).replace(/0+$/, '');
}

type Comparison = { readonly left: Operand; readonly operator: ComparisonOperator; readonly right: Operand };

function comparison({ left, operator, right }: Comparison, resolve: Resolve): string {
  const rightType = typeOf(right, resolve);
  const type = typeOf(left, resolve) ?? rightType ?? literalType(left);
  if (rightType !== undefined && rightType !== type) throw refused(`a ${type} is compared with a ${rightType}`, 'two values of one type');
  const cel = (operand: Operand): string => (operand.is === 'variable' ? resolve(operand.name).cel : celLiteral(operand, type));
  if (operator === 'LIKE') return like(cel(left), right);
  if (right.is === 'list') return `${cel(left)} in [${right.items.map(cel).join(', ')}]`;
  if (operator === 'IN' || operator === 'MATCHES' || operator === 'ISSUBSET' || operator === 'ISSUPERSET')
    throw refused(`\`${operator}\` has no counterpart in expressions`, '`=`, `!=`, `<`, `<=`, `>`, `>=`, `IN` or a simple `LIKE`');
  return `${cel(left)} ${operator === '=' ? '==' : operator} ${cel(right)}`;
}

function typeOf(operand: Operand, resolve: Resolve): CelType | undefined {
  return operand.is === 'variable' ? celTypeOf(resolve(operand.name).type) : undefined;
}

function literalType(operand: Operand): CelType {
  if (operand.is === 'bool') return 'bool';
  return operand.is === 'number' ? (operand.text.includes('.') ? 'double' : 'int') : 'string';
}

/** Wildcards inside of a pattern: each is one more look through the text. */
const mostWildcards = 6;

/** `%` is any text: what stands between is looked for from the left, each after the one before. `_`, any letter, is refused. */
function like(left: string, right: Operand): string {
  const text = right.is === 'text' ? right.text : '_';
  const [prefix = '', ...parts] = text.split('%');
  if (text.includes('_') || parts.length > mostWildcards)
    throw refused(`\`LIKE '${text}'\` has no counterpart in expressions`, `a text with at most ${mostWildcards} \`%\`, and no \`_\``);
  const suffix = parts.pop();
  if (suffix === undefined) return `${left} == ${JSON.stringify(prefix)}`;
  const between = parts.filter((part) => part !== '');
  if (prefix === '' && suffix === '' && between.length < 2)
    return between[0] === undefined ? `${left} == ${left}` : `${left}.contains(${JSON.stringify(between[0])})`;
  return likeTests(left, { text, prefix, between, suffix }).join(' && ');
}

type Pattern = { readonly text: string; readonly prefix: string; readonly between: readonly string[]; readonly suffix: string };

function likeTests(left: string, { text, prefix, between, suffix }: Pattern): readonly string[] {
  const tests = prefix === '' ? [] : [`${left}.startsWith(${JSON.stringify(prefix)})`];
  // A search may not begin at the end of a text: one letter more, which no part of the pattern has.
  const longer = `(${left} + ${JSON.stringify(['\n', '\t', '|', ' '].find((letter) => !text.includes(letter)) ?? '\r')})`;
  let end = `${prefix.length}`;
  for (const part of between) {
    const found = `${longer}.indexOf(${JSON.stringify(part)}, ${end})`;
    tests.push(`${found} >= 0`);
    end = `${found} + ${part.length}`;
  }
  if (suffix === '') return tests;
  tests.push(`${left}.endsWith(${JSON.stringify(suffix)})`);
  // What begins and what ends it may not be the same letters.
  return end === '0' ? tests : [...tests, `${left}.lastIndexOf(${JSON.stringify(suffix)}) >= ${end}`];
}

function refused(message: string, expected: string): EdictError {
  return new EdictError('input-invalid', message, { expected });
}
