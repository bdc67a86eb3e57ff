/** A parsed expression, and how its tree is walked. */
import type { ASTNode } from '@marcbachmann/cel-js';

/** `roots` are the free names: what a scope has to give. */
export type Expression = {
  readonly text: string;
  readonly roots: readonly string[];
  readonly ast: ASTNode;
  readonly run: (context: object) => unknown;
};

/** Operands of a node, in order. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  const nodes: ASTNode[] = [];
  const collect = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(collect);
    else if (typeof part === 'object' && part !== null && 'op' in part) nodes.push(part as ASTNode);
  };
  if (node.op !== 'value') collect(node.args);
  return nodes;
}
