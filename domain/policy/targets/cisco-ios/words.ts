/** Words of a line, taken one by one, and what lists and groups both say with them: ports and masks. */
import { familyLine } from '../../addresses.ts';
import { unreadable } from '../../import/filter.ts';
import { portNumber } from '../../import/port-names.ts';
import { numberSet, otherThan } from '../../import/region.ts';
import { intersect, type IntervalSet, intervalSet } from '../../intervals.ts';

/** Words of a line, taken one by one. */
export class Words {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  peek(ahead = 0): string {
    return this.words[this.at + ahead] ?? '';
  }

  next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw unreadable('a line that ends early');
    this.at += 1;
    return word;
  }

  skip(word: string): boolean {
    if (this.peek() !== word) return false;
    this.at += 1;
    return true;
  }
}

/** Of a mask whose free bits are scattered, at most this many runs of addresses. */
const mostRuns = 65_536;

/** Every address that agrees with `value` where the wildcard's bits are zero. */
export function maskedSet(value: bigint, wildcard: bigint): IntervalSet {
  let low = 0n;
  while (low < 32n && ((wildcard >> low) & 1n) === 1n) low += 1n;
  const free = Array.from({ length: Number(32n - low) }, (_, index) => low + BigInt(index)).filter(
    (bit) => ((wildcard >> bit) & 1n) === 1n,
  );
  if (2 ** free.length > mostRuns) throw unreadable(`a wildcard with ${free.length} scattered free bits`);
  const size = 1n << low;
  const base = value & ~wildcard & familyLine[4].high;
  const starts = free.reduce<readonly bigint[]>((all, bit) => [...all, ...all.map((start) => start + (1n << bit))], [base]);
  return intervalSet(starts.map((start) => ({ low: start, high: start + size - 1n })));
}

/** `eq 80`, `eq 80 443`, `range 20 25`, `gt 1023`, `lt 1024`, `neq 25`. */
export function portsAfter(words: Words, last = 65_535): IntervalSet | undefined {
  const word = words.peek();
  if (!['eq', 'neq', 'range', 'gt', 'lt'].includes(word)) return undefined;
  words.next();
  const first = portNumber(words.next());
  if (word === 'range') return numberSet([{ low: first, high: portNumber(words.next()) }]);
  if (word === 'gt') return numberSet([{ low: first + 1, high: last }]);
  if (word === 'lt') return numberSet([{ low: 0, high: first - 1 }]);
  const all = [first, ...listed(words)].map((port) => ({ low: port, high: port }));
  return word === 'eq' ? numberSet(all) : intersect(otherThan('sourcePort', numberSet(all)), numberSet([{ low: 0, high: last }]));
}

/** More ports behind the first; a word that is an option or an address ends them. */
function listed(words: Words): readonly number[] {
  const found: number[] = [];
  while (/^[0-9]{1,5}$/.test(words.peek())) found.push(portNumber(words.next()));
  return found;
}
