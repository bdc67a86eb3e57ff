/** `[a-z0-9-]{1,64}` from any text; empty when nothing of it can stand in an id. */
export function slugOf(text: string): string {
  let slug = '';
  for (const char of text.slice(0, 512).normalize('NFKD').toLowerCase()) {
    if ((char >= 'a' && char <= 'z') || (char >= '0' && char <= '9')) slug += char;
    else if (slug !== '' && !slug.endsWith('-') && !/\p{M}/u.test(char)) slug += '-';
  }
  const cut = slug.slice(0, 64);
  return cut.endsWith('-') ? cut.slice(0, -1) : cut;
}
