/** Text for HTML: what could begin markup, end an attribute or hide from a reader is written as a reference. */
const references: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Control characters and lone surrogates have no place in HTML; bidirectional overrides could show another text than is there. */
const unprintable = /[^\P{Cc}\t\n\r]|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

export function escapeHtml(text: string): string {
  return text.replaceAll(unprintable, '\u{fffd}').replaceAll(/[&<>"'`]/g, (char) => references[char] ?? '');
}
