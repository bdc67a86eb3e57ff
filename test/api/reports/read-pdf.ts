/** A PDF read back by another library than made it: the text of its pages, and what it says of itself. */
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

export type ReadPdf = {
  readonly pages: number;
  readonly text: string;
  readonly title: string;
  readonly outline: readonly string[];
  readonly active: readonly string[];
};

export async function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const task = getDocument({ data: new Uint8Array(bytes), useSystemFonts: false, disableFontFace: true, verbosity: 0 });
  const document = await task.promise;
  const parts: string[] = [];
  const active = await documentActions(document);
  for (let page = 1; page <= document.numPages; page += 1) {
    const shown = await document.getPage(page);
    const { items } = await shown.getTextContent();
    active.push(...(await shown.getAnnotations()).map(() => `annotation on ${page}`));
    parts.push(items.map((item) => ('str' in item ? item.str : '')).join(' '));
  }
  const { info } = await document.getMetadata();
  const outline = ((await document.getOutline()) ?? []).map(({ title }) => title);
  const text = parts.join(' ').replaceAll(/\s+/gu, ' ');
  const read = { pages: document.numPages, text, title: String((info as { Title?: string }).Title), outline, active };
  await task.destroy();
  return read;
}

/** What it would do by itself, or holds besides pages. */
async function documentActions(document: PDFDocumentProxy): Promise<string[]> {
  const found = { open: await document.getOpenAction(), scripts: await document.getJSActions(), files: await document.getAttachments() };
  return Object.entries(found).flatMap(([name, value]) => (value === null ? [] : [name]));
}
