/** What a screen says when it has nothing else to show: still loading, empty (and what to do about it), or failed (and why). */
import { Button } from '@mantine/core';
import IconAlertTriangle from '@tabler/icons-react/icons/IconAlertTriangle';
import type { ReactElement, ReactNode } from 'react';
import { asFault } from '../api/fault.ts';
import { CopyButton } from './copy.tsx';
import css from './css/told.module.css';

/** Lines in the place of what is to come, so that nothing moves when it does. Shown after a moment only. */
export function Loading({ lines = 6, label = 'Loading' }: { readonly lines?: number; readonly label?: string }): ReactElement {
  return (
    <div className={css['loading']} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={css['line']} data-short={line % 3 === 2} />
      ))}
    </div>
  );
}

type EmptyProps = { readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode };

/** An empty state teaches: what would stand here, and how it gets here. */
export function Empty({ title, children, action }: EmptyProps): ReactElement {
  return (
    <div className={css['told']}>
      <p className={css['title']}>{title}</p>
      {children === undefined ? null : <div className={css['words']}>{children}</div>}
      {action}
    </div>
  );
}

type FailureProps = { readonly error: unknown; readonly onRetry?: () => void; readonly inline?: boolean };

/** A refusal or a fault: code, where, what was expected, what helps. The only part that shows errors. */
export function Failure({ error, onRetry, inline = false }: FailureProps): ReactElement {
  const fault = asFault(error);
  const { code, detail, where, expected, help, faults, request } = fault.problem;
  const rows = [
    ['where', where],
    ['expected', expected],
    ['help', help],
  ].filter((row): row is [string, string] => row[1] !== undefined);
  return (
    <div className={inline ? css['failure-inline'] : css['failure']} role="alert">
      <IconAlertTriangle size={16} className={css['mark']} aria-hidden="true" />
      <div className={css['failure-words']}>
        <p className={css['failure-title']}>{sentence(detail ?? fault.message)}</p>
        {rows.length === 0 ? null : (
          <dl className={css['rows']}>
            {rows.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {faults === undefined ? null : (
          <ul className={css['faults']}>
            {faults.map((one) => (
              <li key={`${one.where} ${one.detail}`}>
                <code>{one.where}</code> {one.detail}
                {one.suggestion === undefined ? null : ` (${one.suggestion})`}
              </li>
            ))}
          </ul>
        )}
        <div className={css['foot']}>
          {onRetry === undefined ? null : (
            <Button size="compact-xs" variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          {code === undefined ? null : <code>{code}</code>}
          {request === undefined ? null : <CopyButton text={request} label="Copy the id of the request" />}
        </div>
      </div>
    </div>
  );
}

/** The API's messages begin in lower case. */
function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
