/** Which playbooks are meant by what somebody typed and chose: every word has to be found somewhere in what is known of one. Pure. */
import type { PlaybookSummary } from '../../../api/contract/playbooks.ts';

export type Find = { readonly text: string; readonly starts?: string | undefined; readonly people?: string | undefined };

export function findPlaybooks(all: readonly PlaybookSummary[], { text, starts, people }: Find): readonly PlaybookSummary[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return all
    .filter(
      (one) => starts === undefined || (starts === 'none' ? one.starts.length === 0 : (one.starts as readonly string[]).includes(starts)),
    )
    .filter(({ asksPeople }) => people === undefined || asksPeople === (people === 'asks'))
    .filter((one) => words.every((word) => wordsOf(one).includes(word)))
    .toSorted((a, b) => a.title.localeCompare(b.title));
}

function wordsOf({ playbook, title, description, owner, actions, tags }: PlaybookSummary): string {
  return [playbook, title, description, owner, ...actions, JSON.stringify(tags)].join(' ').toLowerCase();
}
