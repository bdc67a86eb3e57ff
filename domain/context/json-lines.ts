/** JSON documents that come as one value or one value a line. Reading never throws: what is not JSON is reported by line. */
export type JsonLine = { readonly where: string; readonly value: unknown } | { readonly where: string; readonly fault: string };

export function readJsonLines(text: string, document: string): readonly JsonLine[] {
  const lines: JsonLine[] = [];
  let number = 0;
  for (const line of withoutBom(text).split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    const where = `${document}:${number}`;
    const value = tryJson(line);
    lines.push(value === undefined ? { where, fault: 'not JSON' } : { where, value });
  }
  return lines;
}

/** The value, or undefined when the text is not JSON. (JSON has no undefined.) Nesting beyond the engine's stack is not JSON to us. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(withoutBom(text)) as unknown;
  } catch {
    return undefined;
  }
}

export function withoutBom(text: string): string {
  return text.startsWith('\u{feff}') ? text.slice(1) : text;
}

export type Fields = { readonly [key: string]: unknown };

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own text field; never one of the prototype. */
export function textField(fields: Fields, key: string): string | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function recordField(fields: Fields, key: string): Fields | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return isRecord(value) ? value : undefined;
}

/** RFC 3339 UTC text with milliseconds, or undefined. */
export function instantText(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
