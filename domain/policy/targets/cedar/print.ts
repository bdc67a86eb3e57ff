/** Expressions as Cedar's text. Every name and text is quoted by one function, so that none of them can be read as anything else. */
import type { BinaryOperator, Expression, PatternPart } from '../../access/expression.ts';
import type { EntityUid } from '../../access/entity.ts';

/** A string of Cedar: printable ASCII stays, everything else is an escape. */
export function quote(text: string): string {
  return `"${Array.from(text, escapeOf).join('')}"`;
}

function escapeOf(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return /^[ -~]$/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

export function printEntity({ type, id }: EntityUid): string {
  return `${type}::${quote(id)}`;
}

function printPattern(pattern: readonly PatternPart[]): string {
  const parts = pattern.map((part) =>
    typeof part === 'string' ? Array.from(part, (each) => (each === '*' ? '\\*' : escapeOf(each))).join('') : '*',
  );
  return `"${parts.join('')}"`;
}

const operators: Readonly<Record<BinaryOperator | 'and' | 'or', string>> = {
  and: '&&',
  or: '||',
  equal: '==',
  'not-equal': '!=',
  less: '<',
  'less-or-equal': '<=',
  greater: '>',
  'greater-or-equal': '>=',
  in: 'in',
  add: '+',
  subtract: '-',
  multiply: '*',
};

/** In brackets wherever it has more than one part. */
export function printExpression(expression: Expression): string {
  switch (expression.op) {
    case 'literal':
      return typeof expression.value === 'string' ? quote(expression.value) : String(expression.value);
    case 'long':
      return expression.digits;
    case 'entity':
      return printEntity(expression.uid);
    case 'variable':
      return expression.name;
    case 'not':
    case 'negate':
      return `(${expression.op === 'not' ? '!' : '-'}${printInner(expression.of)})`;
    case 'if':
      return `(if ${printExpression(expression.condition)} then ${printExpression(expression.yes)} else ${printExpression(expression.no)})`;
    case 'set':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'record':
      return `{${expression.fields.map(({ name, value }) => `${quote(name)}: ${printExpression(value)}`).join(', ')}}`;
    default:
      return printOperation(expression);
  }
}

type Operation = Exclude<
  Expression,
  { readonly op: 'literal' | 'long' | 'entity' | 'variable' | 'not' | 'negate' | 'if' | 'set' | 'record' }
>;

function printOperation(expression: Operation): string {
  switch (expression.op) {
    case 'holds':
      return printExpression(expression.of);
    case 'has':
      return `(${printInner(expression.of)} has ${isIdentifier(expression.attribute) ? expression.attribute : quote(expression.attribute)})`;
    case 'get':
      return isIdentifier(expression.attribute)
        ? `${printInner(expression.of)}.${expression.attribute}`
        : `${printInner(expression.of)}[${quote(expression.attribute)}]`;
    case 'like':
      return `(${printInner(expression.of)} like ${printPattern(expression.pattern)})`;
    case 'is':
      return `(${printInner(expression.of)} is ${expression.type})`;
    case 'call':
      return printCall(expression.name, expression.arguments);
    default:
      return `(${printExpression(expression.left)} ${operators[expression.op]} ${printExpression(expression.right)})`;
  }
}

/** A negative number before a dot or behind a minus is another number. */
function printInner(expression: Expression): string {
  const text = printExpression(expression);
  return text.startsWith('-') ? `(${text})` : text;
}

const words = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']);

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !words.has(name);
}

const constructors = new Set(['ip', 'decimal', 'datetime', 'duration']);

function printCall(name: string, [first, ...rest]: readonly Expression[]): string {
  if (first === undefined || constructors.has(name)) return `${name}(${first === undefined ? '' : printExpression(first)})`;
  return `${printInner(first)}.${name}(${rest.map(printExpression).join(', ')})`;
}
