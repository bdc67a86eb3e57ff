/** The paper of a report: A4, one column, page numbers at the foot. `at` stands for the clock, so that the same content gives the same bytes. */
// oxlint-disable-next-line import/no-named-as-default -- its types know the default export alone
import PDFDocument from 'pdfkit';
import { faces, fontBytes } from './fonts.ts';
import type { Face } from './fonts.ts';
import { bottom, drawn, footRoom, margin, softInk, use } from './pen.ts';
import type { Sheet } from './pen.ts';

export function openSheet({ title, at }: { readonly title: string; readonly at: Date }): Sheet {
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footRoom },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: title, Creator: 'Edict', Producer: 'Edict', CreationDate: at, ModDate: at },
  });
  for (const face of Object.keys(faces) as Face[]) doc.registerFont(face, fontBytes(face));
  return { doc, width: doc.page.width - 2 * margin };
}

/** The whole of it, once each page has its foot. */
export async function finish(sheet: Sheet, foot: string): Promise<Buffer> {
  const { doc, width } = sheet;
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    const y = bottom(sheet) + 12;
    // Below the column, where text would turn the page.
    doc.page.margins.bottom = 0;
    use(sheet, { size: 7, colour: softInk });
    doc.text(drawn(sheet, foot), margin, y, { width: width - 60, lineBreak: false, ellipsis: true });
    doc.text(`${page + 1} of ${count}`, margin + width - 60, y, { width: 60, align: 'right', lineBreak: false });
  }
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.once('end', resolve).once('error', reject);
  });
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}
