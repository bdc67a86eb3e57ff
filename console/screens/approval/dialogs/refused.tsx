/** A vote that was not taken says why, in words, and what can be done now; and the page is read again where it is behind. */
import { useEffect } from 'react';
import type { ReactElement } from 'react';
import { refresh } from '../../../api/queries.ts';
import { Failure } from '../../../look/told.tsx';
import { refusalOf } from './refusal.ts';
import css from './dialog.module.css';

export function Refused({ error }: { readonly error: unknown }): ReactElement {
  const refusal = refusalOf(error);
  const behind = refusal?.behind === true;
  useEffect(() => {
    if (behind) refresh(['approvals.get', 'approvals.list', 'delegations.list']);
  }, [behind]);
  if (refusal === undefined) return <Failure error={error} inline />;
  return (
    <div className={css['refused']} role="alert">
      <p className={css['refused-title']}>{refusal.title}</p>
      <p>{refusal.next}</p>
    </div>
  );
}
