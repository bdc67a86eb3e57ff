/** Texts of a policy document: characters that would mean something else as the policy variables that stand for them, and JSON in ASCII. */

/** `*`, `?` and `$` themselves ("IAM policy elements: Variables and tags", special characters). */
export function escaped(text: string, characters: '$' | '*?$'): string {
  return text.replace(characters === '$' ? /\$/gu : /[*?$]/gu, (character) => `\${${character}}`);
}

/** JSON whose every character can be seen. */
export function plainJson(value: unknown): string {
  // By code unit: what lies beyond the basic plane is two of them in JSON too.
  // eslint-disable-next-line require-unicode-regexp
  return `${JSON.stringify(value, null, 1).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
