/** Texts with runs of any characters in them, matched from left to right without going back. */
import type { PatternPart } from './expression.ts';

export type Glob = (text: string) => boolean;

export function globOf(parts: readonly PatternPart[]): Glob {
  const pieces = [''];
  for (const part of parts) {
    if (typeof part !== 'string') pieces.push('');
    else pieces[pieces.length - 1] += part;
  }
  const [head = '', ...rest] = pieces;
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  return (text) => {
    if (!text.startsWith(head)) return false;
    let at = head.length;
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return text.length - tail.length >= at && text.endsWith(tail);
  };
}
