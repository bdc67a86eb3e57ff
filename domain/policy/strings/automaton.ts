/**
 * Patterns as one nondeterministic automaton, a trie of their tokens: what patterns have in common at their beginning is one row of
 * positions, so that a thousand patterns below `arn:aws:ec2:*:*:instance/` cost one star, not a thousand.
 */
import { element } from '../element.ts';
import { inSet, type Pattern, type Token } from './pattern.ts';

export type Position = {
  /** What leads on from here; the last token of the position itself where it repeats. */
  readonly repeats: Token['set'] | undefined;
  readonly steps: readonly Edge[];
  /** Patterns that end here. */
  readonly accepts: readonly number[];
  /** Positions from here up to this one are subsumed when it is alive: any text follows, and nothing else branches off before. */
  readonly subsumesFrom: number;
};

export type Edge = { readonly token: Token; readonly to: number };

type Growing = { repeats: Token['set'] | undefined; token: Token | undefined; children: Map<string, Growing>; accepts: number[] };

/** Positions in preorder; the first is the beginning. */
export function automatonOf(patterns: readonly Pattern[]): readonly Position[] {
  const root = growing(undefined);
  patterns.forEach(({ tokens }, index) => {
    let at = root;
    for (const token of tokens) {
      const key = keyOfToken(token);
      const next = at.children.get(key) ?? growing(token);
      at.children.set(key, next);
      at = next;
    }
    at.accepts.push(index);
  });
  return flatten(root);
}

function growing(token: Token | undefined): Growing {
  return { repeats: token?.repeat === true ? token.set : undefined, token, children: new Map(), accepts: [] };
}

function keyOfToken({ set, repeat }: Token): string {
  return `${set.negated}${set.codes.join(',')}${repeat}`;
}

function flatten(root: Growing): readonly Position[] {
  const order: { readonly node: Growing; readonly chainFrom: number }[] = [];
  const numbers = new Map<Growing, number>();
  const stack: { readonly node: Growing; readonly chain: number | undefined }[] = [{ node: root, chain: undefined }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node } = next;
    const number = order.length;
    const chainFrom = next.chain ?? number;
    numbers.set(node, number);
    order.push({ node, chainFrom });
    const single = node.children.size === 1 && node.accepts.length === 0;
    for (const child of [...node.children.values()].toReversed()) stack.push({ node: child, chain: single ? chainFrom : undefined });
  }
  return order.map(({ node, chainFrom }, number) => ({
    repeats: node.repeats,
    steps: [...node.children.values()].flatMap((child) => {
      const to = numbers.get(child);
      return child.token === undefined || to === undefined ? [] : [{ token: child.token, to }];
    }),
    accepts: node.accepts,
    subsumesFrom: isAnyText(node) ? chainFrom : number,
  }));
}

function isAnyText({ repeats }: Growing): boolean {
  return repeats !== undefined && repeats.negated && repeats.codes.length === 0;
}

/** Where a character leads: to itself where the position repeats it, and along each edge that holds it. */
export function successors({ repeats, steps }: Position, self: number, code: number): readonly number[] {
  const next = steps.filter(({ token }) => inSet(token.set, code)).map(({ to }) => to);
  return repeats !== undefined && inSet(repeats, code) ? [self, ...next] : next;
}

/** Entered positions with those that repeated tokens let through, sorted, without what is subsumed. */
export function settle(positions: readonly Position[], entered: readonly number[]): readonly number[] {
  const reached = new Set<number>();
  const pending = [...entered];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    for (const { token, to } of element(positions, at).steps) if (token.repeat) pending.push(to);
  }
  const sorted = [...reached].sort((a, b) => a - b);
  const kept: number[] = [];
  for (let index = sorted.length - 1, dropFrom = Number.POSITIVE_INFINITY; index >= 0; index -= 1) {
    const position = element(sorted, index);
    if (position >= dropFrom) continue;
    kept.push(position);
    const { subsumesFrom } = element(positions, position);
    if (subsumesFrom < position) dropFrom = subsumesFrom;
  }
  return kept.toReversed();
}
