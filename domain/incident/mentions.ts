/** Whom a comment calls: `@name`, where no letter stands before it. Who of them there is, the store knows. */
const mention = /(?<![\p{L}\p{N}._@-])@(?<person>[A-Za-z0-9][A-Za-z0-9._@-]{0,127})/gu;

/** Each once, in their order; a full stop at the end belongs to the sentence. */
export function mentionsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(mention)].map(({ groups }) => (groups?.['person'] ?? '').replace(/[.@-]+$/u, '')))];
}
