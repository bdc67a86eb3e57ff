/** A value of a plan or of a fact in a line where it fits one: names of assets and indicators as they are, more as JSON. It is text and nothing else. */
import type { ReactElement } from 'react';
import type { Json as JsonValue, JsonObject } from '../../../domain/json.ts';
import { Json } from '../../look/json.tsx';
import css from './value.module.css';

/** Text that is longer than a name was written by somebody or something: it is shown last, as such. */
const proseFrom = 90;

export function isProse(value: JsonValue): boolean {
  return typeof value === 'string' && (value.length >= proseFrom || value.includes('\n'));
}

export function Value({ value, label }: { readonly value: JsonValue; readonly label: string }): ReactElement {
  const line = lineOf(value);
  if (line !== undefined) return <span className={css['line']}>{line === '' ? <em className={css['none']}>empty</em> : line}</span>;
  return <Json value={value} label={label} />;
}

function lineOf(value: JsonValue): string | undefined {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return listLine(value);
  const { name, value: named, ...rest } = value as JsonObject;
  const own = typeof name === 'string' ? name : typeof named === 'string' ? named : undefined;
  if (own === undefined) return Object.keys(value).length === 0 ? '' : undefined;
  const more = Object.entries(rest).filter(([, one]) => typeof one !== 'object');
  return more.length === Object.keys(rest).length && more.length <= 2
    ? [own, ...more.map(([key, one]) => `${key} ${String(one)}`)].join(' · ')
    : undefined;
}

function listLine(items: readonly JsonValue[]): string | undefined {
  const lines = items.map(lineOf);
  if (lines.some((line) => line === undefined)) return undefined;
  const text = lines.join(', ');
  return text.length <= 240 ? text : undefined;
}

/** Names and values, one a line. */
export function Values({ of, label }: { readonly of: JsonObject; readonly label: string }): ReactElement {
  return (
    <dl className={css['values']} aria-label={label}>
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>
            <Value value={value} label={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
