/**
 * The fonts of a report as PDF: DejaVu 2.37 (a free licence, see its LICENSE), which covers Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic,
 * Georgian and many signs. What it has no glyph for is written as its code point, so that no text is lost and none is shown as another.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const faces = { regular: 'DejaVuSans', bold: 'DejaVuSans-Bold', mono: 'DejaVuSansMono' } as const;
export type Face = keyof typeof faces;

const read = new Map<Face, Buffer>();

/** Read once: they never change while the process lives. */
export function fontBytes(face: Face): Buffer {
  const known = read.get(face);
  if (known !== undefined) return known;
  const bytes = readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${faces[face]}.ttf`));
  read.set(face, bytes);
  return bytes;
}

/** Controls, lone surrogates and what changes the direction or the width of other text: never drawn as they are. */
const unprintable = /[^\P{Cc}\n]|[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/** Text that can be drawn: one line, each character one that the font has. */
export function drawable(text: string, has: (codePoint: number) => boolean): string {
  let drawn = '';
  for (const char of text.replaceAll(/[\r\n\t]+/gu, ' ').replaceAll(unprintable, '\u{fffd}')) {
    const codePoint = char.codePointAt(0) ?? 0;
    drawn += has(codePoint) ? char : `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
  }
  return drawn;
}
