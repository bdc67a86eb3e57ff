/** Where in an expression a fault is: offsets into its text. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { EdictError } from '../../errors.ts';
import { childrenOf } from '../expression-ast.ts';

/** Where the name stands by itself, outside of texts. */
export function wordAt(cel: string, word: string): number {
  const words = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])[A-Za-z_]\w*/g;
  for (const match of cel.matchAll(words)) if (match[0] === word) return match.index;
  return 0;
}

/** Of an expression that does not parse, or has a function that is not available. */
export function refusedAt(cel: string, { message, cause }: EdictError): number {
  const name = /^`(\w+)` is not available/.exec(message)?.[1];
  if (name !== undefined) return Math.max(0, cel.search(new RegExp(`\\b${name}\\s*\\(`)));
  return rangeStart(cause) ?? 0;
}

/** Errors of cel-js say where they are. */
export function rangeStart(error: unknown): number | undefined {
  const range = error instanceof Error && 'range' in error ? (error.range as { readonly start?: number } | undefined) : undefined;
  return range?.start;
}

type Span = { readonly start: number; readonly end: number };

/** What `has` is asked about. */
export function hasOperands(node: ASTNode): readonly Span[] {
  const inner = childrenOf(node).flatMap(hasOperands);
  if (node.op !== 'call' || node.args[0] !== 'has') return inner;
  return [...node.args[1].flatMap((operand: ASTNode) => ('start' in operand ? [operand as unknown as Span] : [])), ...inner];
}
