/** What a row is about, as a link to its screen where it has one. */
import type { ReactElement } from 'react';
import { Link } from '../../app/link.tsx';
import css from './audit.module.css';

const homes: Readonly<Record<string, (id: string) => string>> = {
  incident: (id) => `/incidents/${encodeURIComponent(id)}`,
  run: (id) => `/runs/${encodeURIComponent(id)}`,
  approval: (id) => `/approvals/${encodeURIComponent(id)}`,
  policy: (id) => `/policies/${encodeURIComponent(id)}`,
  playbook: (id) => `/playbooks/${encodeURIComponent(id)}`,
  // An effect's key begins with its run.
  effect: (key) => `/runs/${encodeURIComponent(key.split('/')[0] ?? key)}`,
};

export function Subject({ subject }: { readonly subject: string }): ReactElement {
  const at = subject.indexOf('/');
  const [noun, id] = at < 0 ? [subject, ''] : [subject.slice(0, at), subject.slice(at + 1)];
  const home = homes[noun]?.(id.split('@')[0] ?? id);
  const words = (
    <>
      <span className={css['noun']}>{noun}</span> {id}
    </>
  );
  return home === undefined || id === '' ? <span>{words}</span> : <Link to={home}>{words}</Link>;
}
