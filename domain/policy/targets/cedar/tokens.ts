/** Cedar's tokens, for policies and schemas alike (docs.cedarpolicy.com, "Grammar"). */
import { EdictError } from '../../../errors.ts';

export type Token = {
  readonly kind: 'word' | 'text' | 'number' | 'mark' | 'slot' | 'end';
  /** A word or mark as written; of a text what stands between its quotes, escapes unread. */
  readonly text: string;
  readonly offset: number;
};

const tokenForm =
  /(?<space>(?:\s|\/\/[^\n]*)+)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>[0-9]+)|"(?<text>(?:\\[\s\S]|[^"\\])*)"|(?<slot>\?(?:principal|resource))|(?<mark>::|==|!=|<=|>=|&&|\|\||[@(){}[\],;.:<>!+\-*=?])/gy;

/** Throws `artifact-unreadable` at the first character that belongs to no token. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const form = new RegExp(tokenForm);
  for (let offset = 0; offset < text.length; offset = form.lastIndex) {
    const groups = form.exec(text)?.groups;
    if (groups === undefined) throw unreadable(`\`${text.slice(offset, offset + 20)}\``, placeOf(text, offset), 'a token of Cedar');
    const kind = (['word', 'number', 'text', 'slot', 'mark'] as const).find((each) => groups[each] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text: groups[kind] ?? '', offset });
  }
  return [...tokens, { kind: 'end', text: '', offset: text.length }];
}

export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

export function unreadable(what: string, where: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', `cannot read ${what}`, { where, expected });
}

const simpleEscapes: { readonly [mark: string]: string } = { n: '\n', r: '\r', t: '\t', '\\': '\\', '0': '\0', "'": "'", '"': '"' };

/** What an escape means, with `\*` as `star`; `undefined` for one that Cedar does not know. */
function escapeOf(body: string, star: string | undefined): string | undefined {
  if (body === '*') return star;
  const hex = /^x([0-7][0-9A-Fa-f])$/.exec(body)?.[1] ?? /^u\{([0-9A-Fa-f]{1,6})\}$/.exec(body)?.[1];
  if (hex === undefined) return simpleEscapes[body];
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}

const escapeForm = /\\(x[0-7][0-9A-Fa-f]|u\{[0-9A-Fa-f]{1,6}\}|[\s\S])/g;

/** `star` is what `\*` stands for; without one, it is no escape. */
export function unescape(text: string, where: string, star?: string): string {
  return text.replaceAll(escapeForm, (escape: string, body: string) => {
    const found = escapeOf(body, star);
    if (found === undefined) throw unreadable(`escape \`${escape}\``, where);
    return found;
  });
}
