/** What a row of the audit chain tells pages: which noun changed, by its id. Rows of secrets tell of what the secret belongs to. */
import type { Hint, Topic } from '../contract/access/events.ts';
import { topics } from '../contract/access/events.ts';

export type ChainRow = { readonly id: number; readonly at: string; readonly event: string; readonly subject: string };

export function hintsOf({ id, at, subject }: ChainRow): readonly Hint[] {
  const audit: Hint = { topic: 'audit', id: String(id), at };
  const noun = nounOf(subject);
  if (noun === undefined) return [audit];
  const run: readonly Hint[] = noun.topic === 'effect' ? [{ topic: 'run', id: noun.id.split('/', 1)[0] ?? '', at }] : [];
  return [{ ...noun, at }, ...run, audit];
}

/** Whose rights, tokens or sessions the row is about. */
export function personOf({ subject }: ChainRow): string | undefined {
  return subject.startsWith('person/') ? subject.slice('person/'.length) : undefined;
}

const single: { readonly [subject: string]: Topic } = { context: 'context', 'guard/settings': 'guard' };

function nounOf(subject: string): { readonly topic: Topic; readonly id: string } | undefined {
  const only = Object.hasOwn(single, subject) ? single[subject] : undefined;
  if (only !== undefined) return { topic: only, id: '' };
  const [kind = '', ...rest] = subject.split('/');
  // `secret/webhook/<source>`, `secret/system/<name>/<role>`.
  if (kind === 'secret') return nounOf(rest.slice(0, 2).join('/'));
  return isTopic(kind) && kind !== 'audit' && rest.length > 0 ? { topic: kind, id: rest.join('/') } : undefined;
}

function isTopic(text: string): text is Topic {
  return Object.hasOwn(topics, text);
}
