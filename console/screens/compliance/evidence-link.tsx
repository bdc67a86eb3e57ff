/** A row that evidence is read from, as a link to where it is shown. */
import type { ReactElement } from 'react';
import type { EvidenceLink as Evidence } from '../../../api/contract/compliance/compliance.ts';
import { Link } from '../../app/link.tsx';

type Home = { readonly to: string; readonly search?: Readonly<Record<string, string>>; readonly words?: string };

const homes: Readonly<Record<Evidence['kind'], (id: string) => Home>> = {
  policy: (id) => ({ to: `/policies/${encodeURIComponent(id)}` }),
  playbook: (id) => ({ to: `/playbooks/${encodeURIComponent(id)}` }),
  run: (id) => ({ to: `/runs/${encodeURIComponent(id)}` }),
  approval: (id) => ({ to: `/approvals/${encodeURIComponent(id)}` }),
  // An effect's key begins with its run.
  effect: (key) => ({ to: `/runs/${encodeURIComponent(key.split('/')[0] ?? key)}` }),
  incident: (id) => ({ to: `/incidents/${encodeURIComponent(id)}` }),
  point: (id) => ({ to: '/points', search: { point: id } }),
  report: (id) => ({ to: '/reports', search: { report: id } }),
  audit: (id) => ({ to: '/audit', search: { row: id }, words: `row ${id} of the audit chain` }),
  context: () => ({ to: '/context', words: 'the inventory' }),
};

export function EvidenceLink({ link: { kind, id } }: { readonly link: Evidence }): ReactElement {
  const { words = `${kind} ${id}`, ...home } = homes[kind](id);
  return <Link {...home}>{words}</Link>;
}

/** Where what is claimed for a control is shown; a mechanism is the product itself. */
export function ClaimLink({ kind, id }: { readonly kind: 'policy' | 'playbook' | 'mechanism'; readonly id: string }): ReactElement | null {
  if (kind === 'mechanism') return null;
  return <Link {...homes[kind](id)}>{id}</Link>;
}
