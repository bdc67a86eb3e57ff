/** Durations as people write them: `30s`, `4h`, `1h30m`, `500ms`, `7d`. At most ten years. */
import { EdictError } from '../errors.ts';
import type { Json } from '../json.ts';

const unitsMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const longestMs = 3650 * 86_400_000;

/** Of a value that should be a duration. Milliseconds, or `input-invalid`. */
export function durationOf(value: Json): number {
  return parseDuration(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Milliseconds, or `input-invalid`. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d{1,12})(ms|[smhdw])/g)];
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitsMs[unit ?? ''] ?? Number.NaN), 0);
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text || !(total <= longestMs)) {
    throw new EdictError('input-invalid', `\`${text.slice(0, 40)}\` is not a duration`, {
      expected: 'a number and a unit: `30s`, `4h`, `1h30m`, `7d`',
    });
  }
  return total;
}

/** The shortest form: `4h`, `1h30m`, `0ms`. */
export function printDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  if (rest === 0) return '0ms';
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = unitsMs[unit] ?? 1;
    if (rest >= size) parts.push(`${Math.floor(rest / size)}${unit}`);
    rest %= size;
  }
  return parts.join('');
}
