/**
 * JSON whose whole numbers keep all of their 64 bits: what a JavaScript number does not hold exactly becomes
 * `{ __extn: { fn: 'long', arg: '9007199254740993' } }`. Cedar's own reader takes the digits as they stand.
 */
type Told = { readonly source?: string };

/** Throws `SyntaxError`. */
export function parseExactJson(text: string): unknown {
  // ES2026 hands a reviver the text of each number; where it does not, numbers stay as they were read.
  const revive = (_: string, value: unknown, told?: Told): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?[0-9]+$/.test(told?.source ?? '')
      ? { __extn: { fn: 'long', arg: told?.source } }
      : value;
  return JSON.parse(text, revive) as unknown;
}
