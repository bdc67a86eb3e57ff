/** What somebody types, kept through a lost server, a reload and a sign-in on another page, until it was sent. */
import { useCallback, useState } from 'react';

const prefix = 'edict:draft:';

export function useDraft(key: string): readonly [text: string, set: (text: string) => void, forget: () => void] {
  const name = `${prefix}${key}`;
  const [text, setText] = useState(() => sessionStorage.getItem(name) ?? '');
  const set = useCallback(
    (next: string) => {
      setText(next);
      if (next === '') sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, next);
    },
    [name],
  );
  const forget = useCallback(() => set(''), [set]);
  return [text, set, forget];
}
