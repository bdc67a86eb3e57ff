/** What is written with: one column of text on the pages of a document, in drawable text, with a page turned where it is full. */
import { drawable } from './fonts.ts';
import type { Face } from './fonts.ts';

export type Style = { readonly face?: Face; readonly size?: number; readonly colour?: string };

/** A document that is being written, and how wide its column is. */
export type Sheet = { readonly doc: PDFKit.PDFDocument; readonly width: number };

export const softInk = '#5b6470';
export const margin = 48;
/** Below the column, for page numbers. */
export const footRoom = 28;

const ink = '#1b1f24';
const lineColour = '#d5dae0';

export function use({ doc }: Sheet, { face = 'regular', size = 9, colour = ink }: Style): void {
  doc.font(face).fontSize(size).fillColor(colour);
}

/** In the font in use. */
export function drawn({ doc }: Sheet, text: string): string {
  const font = fontOf(doc);
  return drawable(text, (codePoint) => codePoint === 0x20 || font.hasGlyphForCodePoint(codePoint));
}

/** Where the column ends. */
export function bottom({ doc }: Sheet): number {
  return doc.page.height - margin - footRoom;
}

/** Turns the page where less is left; true where it did. */
export function need(sheet: Sheet, height: number): boolean {
  if (sheet.doc.y + height <= bottom(sheet)) return false;
  sheet.doc.addPage();
  return true;
}

/** A paragraph. `room`: what has to fit below it on the same page. */
export function write(sheet: Sheet, text: string, style: Style = {}, room = 0): void {
  const { doc, width } = sheet;
  use(sheet, style);
  const told = drawn(sheet, text);
  need(sheet, Math.min(doc.heightOfString(told, { width }) + room, bottom(sheet) - margin));
  doc.text(told, margin, doc.y, { width });
}

export function heading(sheet: Sheet, text: string, about?: string): void {
  const { doc } = sheet;
  doc.moveDown(1.2);
  write(sheet, text, { face: 'bold', size: 13 }, 60);
  doc.outline.addItem(drawn(sheet, text));
  if (about !== undefined) write(sheet, about, { size: 8, colour: softInk });
  doc.moveDown(0.4);
}

export function rule({ doc, width }: Sheet): void {
  doc
    .moveTo(margin, doc.y)
    .lineTo(margin + width, doc.y)
    .lineWidth(0.5)
    .strokeColor(lineColour)
    .stroke();
}

/** pdfkit keeps the font in use to itself. */
function fontOf(doc: PDFKit.PDFDocument): { readonly hasGlyphForCodePoint: (codePoint: number) => boolean } {
  type Kept = { readonly _font: { readonly font: ReturnType<typeof fontOf> } };
  return (doc as unknown as Kept)._font.font;
}
