/** The known words closest to a mistyped one, by edit distance (Damerau, optimal string alignment). */
import { element } from './element.ts';
export function nearest(word: string, known: readonly string[], most = 2): readonly string[] {
  const limit = Math.max(2, Math.floor(word.length / 3));
  return known
    .filter((name) => Math.abs(name.length - word.length) <= limit)
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(element(previous, j) + 1, element(row, j - 1) + 1, element(previous, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, element(older, j - 2) + 1);
      row.push(best);
    }
    older = previous;
    previous = row;
  }
  return element(previous, b.length);
}
