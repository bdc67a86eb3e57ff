/**
 * Cedar's extension types: addresses, decimals, instants and durations, read from text as its reference says ("Operators and
 * functions", and for times RFC 80 of cedar-policy/rfcs). `undefined` for text that is none.
 */

export type IpValue = { readonly kind: 'ip'; readonly family: 4 | 6; readonly address: bigint; readonly bits: number };
/** `decimal` in ten-thousandths, `datetime` in milliseconds since 1970, `duration` in milliseconds: 64 bits each. */
export type NumberExtension = { readonly kind: 'decimal' | 'datetime' | 'duration'; readonly value: bigint };
export type Extension = IpValue | NumberExtension;

const longest = (1n << 63n) - 1n;
const shortest = -(1n << 63n);

/** `undefined` outside of 64 bits. */
export function numberExtension(kind: NumberExtension['kind'], value: bigint): NumberExtension | undefined {
  return value < shortest || value > longest ? undefined : { kind, value };
}

const ipForm = /^([0-9A-Fa-f.:]+)(?:\/(0|[1-9][0-9]{0,2}))?$/;

export function parseIp(text: string): IpValue | undefined {
  const [, address = '', suffix] = ipForm.exec(text) ?? [];
  const family = address.includes(':') ? 6 : 4;
  const width = family === 4 ? 32 : 128;
  const value = family === 4 ? ipv4(address) : ipv6(address);
  const bits = suffix === undefined ? width : Number(suffix);
  return value === undefined || bits > width ? undefined : { kind: 'ip', family, address: value, bits };
}

function ipv4(text: string): bigint | undefined {
  const parts = text.split('.');
  const fine = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  return fine ? parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) : undefined;
}

function ipv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (text.includes('.') || halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  const fine = groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group));
  return fine ? groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) : undefined;
}

/** First and last address of the range. */
export function ipRange({ family, address, bits }: IpValue): { readonly low: bigint; readonly high: bigint } {
  const mask = (1n << BigInt((family === 4 ? 32 : 128) - bits)) - 1n;
  return { low: address & ~mask, high: address | mask };
}

export function parseDecimal(text: string): NumberExtension | undefined {
  const [, sign = '', whole = '', part] = /^(-?)([0-9]+)\.([0-9]{1,4})$/.exec(text) ?? [];
  if (part === undefined) return undefined;
  const value = BigInt(whole) * 10_000n + BigInt(part.padEnd(4, '0'));
  return numberExtension('decimal', sign === '-' ? -value : value);
}

const dateForm = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3}))?(?:Z|([+-])(\d{2})(\d{2})))?$/;

export function parseDatetime(text: string): NumberExtension | undefined {
  const parts = dateForm.exec(text);
  if (parts === null) return undefined;
  const number = (at: number) => Number(parts[at] ?? 0);
  const dayMs = dayStartMs(number(1), number(2), number(3));
  const fine = number(4) <= 23 && number(5) <= 59 && number(6) <= 59 && number(9) <= 23 && number(10) <= 59;
  if (!fine || dayMs === undefined) return undefined;
  const localMs = dayMs + ((number(4) * 60 + number(5)) * 60 + number(6)) * 1_000 + number(7);
  const offsetMs = (number(9) * 60 + number(10)) * 60_000;
  return numberExtension('datetime', BigInt(parts[8] === '-' ? localMs + offsetMs : localMs - offsetMs));
}

/** `Date.UTC` reads the years 0–99 as 1900–1999. */
function dayStartMs(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() : undefined;
}

const units = [86_400_000n, 3_600_000n, 60_000n, 1_000n, 1n];

export function parseDuration(text: string): NumberExtension | undefined {
  const parts = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (parts === null || parts.slice(2).every((part) => part === undefined)) return undefined;
  const amount = units.reduce((sum, unit, index) => sum + unit * BigInt(parts[index + 2] ?? 0), 0n);
  return numberExtension('duration', parts[1] === '-' ? -amount : amount);
}
