/** A sentence of the API: what stands in `backticks` is a name, and is set as one. */
import type { ReactElement } from 'react';

export function Said({ text }: { readonly text: string }): ReactElement {
  const parts = text.split('`');
  // An odd backtick at the end is no name.
  const names = parts.length % 2 === 1;
  return <>{parts.map((part, index) => (names && index % 2 === 1 ? <code key={`${index} ${part}`}>{part}</code> : part))}</>;
}
