/** A JSON value, laid out and quiet; it is text and nothing else. */
import type { ReactElement } from 'react';
import { CopyButton } from './copy.tsx';
import css from './css/json.module.css';

const charactersMost = 200_000;

export function Json({ value, label = 'JSON' }: { readonly value: unknown; readonly label?: string }): ReactElement {
  const text = JSON.stringify(value, undefined, 2) ?? 'undefined';
  return (
    <div className={css['frame']}>
      <span className={css['copy']}>
        <CopyButton text={text} label="Copy as JSON" />
      </span>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard (WCAG 2.1.1) */}
      <pre className={css['json']} tabIndex={0} role="region" aria-label={label}>
        {text.length > charactersMost ? `${text.slice(0, charactersMost)}\n… ${text.length - charactersMost} characters more` : text}
      </pre>
    </div>
  );
}
