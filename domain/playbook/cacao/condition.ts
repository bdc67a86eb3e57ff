/**
 * The conditions of CACAO 2.0 (§4.9 to §4.11): STIX comparison expressions over variables, with AND, OR, NOT and brackets. AND
 * binds tighter than OR. Text → tree; faults are thrown as `input-invalid` with the place in the text.
 */
import { EdictError } from '../../errors.ts';

export type Operand =
  | { readonly is: 'variable'; readonly name: string }
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'number'; readonly text: string }
  | { readonly is: 'bool'; readonly value: boolean }
  | { readonly is: 'time'; readonly text: string }
  | { readonly is: 'list'; readonly items: readonly Operand[] };

export const comparisonOperators = ['=', '!=', '<', '<=', '>', '>=', 'IN', 'LIKE', 'MATCHES', 'ISSUBSET', 'ISSUPERSET'] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

export type Condition =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly is: 'not'; readonly part: Condition }
  | { readonly is: 'compare'; readonly left: Operand; readonly operator: ComparisonOperator; readonly right: Operand };

type Token = {
  readonly kind: 'symbol' | 'word' | 'string' | 'number' | 'variable' | 'time' | 'end';
  readonly text: string;
  readonly at: number;
};
type Reader = { readonly text: string; readonly tokens: readonly Token[]; at: number; depth: number };

const longestText = 4_000;
const deepest = 50;
/** One sticky pattern a kind; each is linear in the text. */
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['time', /t'((?:[^'\\]|\\.)*)'/y],
  ['string', /'((?:[^'\\]|\\.)*)'/y],
  ['string', /"((?:[^"\\]|\\.)*)"/y],
  ['variable', /(__[A-Za-z][A-Za-z0-9_-]*__)(?::value)?(?![\w-])/y],
  ['number', /([+-]?\d+(?:\.\d+)?)(?![\w.:/-])/y],
  ['symbol', /(<=|>=|!=|<>|==|[=<>()[\],])/y],
  ['word', /([^\s=<>!()[\],'"]+)/y],
];

/** Variables' names keep their underscores: `__ip__`. */
export function parseCondition(text: string): Condition {
  if (text.length > longestText) throw fault(text, 0, `at most ${longestText} characters`);
  const reader: Reader = { text, tokens: tokensOf(text), at: 0, depth: 0 };
  const condition = readOr(reader);
  const rest = peek(reader);
  if (rest.kind !== 'end') throw fault(text, rest.at, '`AND`, `OR` or the end');
  return condition;
}

/** One operand alone: what a switch reads. */
export function parseOperand(text: string): Operand {
  const reader: Reader = { text, tokens: tokensOf(text), at: 0, depth: 0 };
  const operand = readOperand(reader);
  const rest = peek(reader);
  if (rest.kind !== 'end') throw fault(text, rest.at, 'nothing more');
  return operand;
}

export function variablesOf(condition: Condition): readonly string[] {
  const ofOperand = (operand: Operand): readonly string[] => {
    if (operand.is === 'variable') return [operand.name];
    return operand.is === 'list' ? operand.items.flatMap(ofOperand) : [];
  };
  if (condition.is === 'compare') return [condition.left, condition.right].flatMap(ofOperand);
  return condition.is === 'not' ? variablesOf(condition.part) : condition.parts.flatMap(variablesOf);
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) at++;
    else {
      const token = tokenAt(text, at);
      tokens.push(token.token);
      at = token.end;
    }
  }
  return [...tokens, { kind: 'end', text: '', at: text.length }];
}

function tokenAt(text: string, at: number): { readonly token: Token; readonly end: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      const inner = match[1] ?? '';
      const unescaped = kind === 'string' || kind === 'time' ? inner.replaceAll(/\\(.)/gs, '$1') : inner;
      return { token: { kind, text: unescaped, at }, end: at + match[0].length };
    }
  }
  throw fault(text, at, 'a variable, a value or an operator');
}

const peek = (reader: Reader): Token => reader.tokens[reader.at] ?? { kind: 'end', text: '', at: reader.text.length };

function take(reader: Reader, kind: Token['kind'], text?: string): boolean {
  const token = peek(reader);
  if (token.kind !== kind || (text !== undefined && token.text.toUpperCase() !== text)) return false;
  reader.at++;
  return true;
}

function readOr(reader: Reader): Condition {
  const parts = [readAnd(reader)];
  while (take(reader, 'word', 'OR')) parts.push(readAnd(reader));
  return parts.length === 1 && parts[0] ? parts[0] : { is: 'or', parts };
}

function readAnd(reader: Reader): Condition {
  const parts = [readUnary(reader)];
  while (take(reader, 'word', 'AND')) parts.push(readUnary(reader));
  return parts.length === 1 && parts[0] ? parts[0] : { is: 'and', parts };
}

function readUnary(reader: Reader): Condition {
  if (++reader.depth > deepest) throw fault(reader.text, peek(reader).at, `at most ${deepest} brackets and NOTs inside each other`);
  const condition = take(reader, 'word', 'NOT') ? ({ is: 'not', part: readUnary(reader) } as const) : readPrimary(reader);
  reader.depth--;
  return condition;
}

function readPrimary(reader: Reader): Condition {
  for (const [open, close] of [
    ['(', ')'],
    ['[', ']'],
  ] as const) {
    if (!take(reader, 'symbol', open)) continue;
    const condition = readOr(reader);
    if (!take(reader, 'symbol', close)) throw fault(reader.text, peek(reader).at, `\`${close}\``);
    return condition;
  }
  return readComparison(reader);
}

function readComparison(reader: Reader): Condition {
  const left = readOperand(reader);
  const negated = take(reader, 'word', 'NOT');
  const token = peek(reader);
  const operator = operatorOf(token);
  if (operator === undefined) throw fault(reader.text, token.at, `one of ${comparisonOperators.join(' ')}`);
  reader.at++;
  const right = operator === 'IN' ? readList(reader) : readOperand(reader);
  const compare: Condition = { is: 'compare', left, operator, right };
  return negated ? { is: 'not', part: compare } : compare;
}

function operatorOf({ kind, text }: Token): ComparisonOperator | undefined {
  if (kind === 'symbol') return comparisonOperators.find((known) => known === (text === '==' ? '=' : text === '<>' ? '!=' : text));
  return kind === 'word' ? comparisonOperators.find((known) => known === text.toUpperCase()) : undefined;
}

function readList(reader: Reader): Operand {
  if (!take(reader, 'symbol', '(')) throw fault(reader.text, peek(reader).at, 'a list such as `(1, 2)`');
  const items: Operand[] = [];
  do items.push(readOperand(reader));
  while (take(reader, 'symbol', ','));
  if (!take(reader, 'symbol', ')')) throw fault(reader.text, peek(reader).at, '`,` or `)`');
  return { is: 'list', items };
}

const keywords = new Set(['AND', 'OR', 'NOT', ...comparisonOperators, 'EXISTS', 'FOLLOWEDBY']);

/** A bare word is a text: that is how addresses and names are written in the wild. */
function readOperand(reader: Reader): Operand {
  const token = peek(reader);
  reader.at++;
  switch (token.kind) {
    case 'variable':
      return { is: 'variable', name: token.text };
    case 'string':
      return { is: 'text', text: token.text };
    case 'number':
      return { is: 'number', text: token.text };
    case 'time':
      return { is: 'time', text: token.text };
    case 'word':
      if (/^(true|false)$/i.test(token.text)) return { is: 'bool', value: token.text.toLowerCase() === 'true' };
      if (!keywords.has(token.text.toUpperCase())) return { is: 'text', text: token.text };
      break;
    case 'symbol':
    case 'end':
  }
  throw fault(reader.text, token.at, 'a variable such as `__name__:value`, or a value');
}

function fault(text: string, at: number, expected: string): EdictError {
  return new EdictError('input-invalid', `\`${text.slice(0, 200)}\` is no condition at character ${at + 1}`, { expected });
}
