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
  if (line === undefined) return <Json value={value} label={label} />;
  const { own, more } = line;
  return (
    <span className={css['line']}>
      {own === '' ? <span className={css['none']}>none</span> : own}
      {more.length === 0 ? null : <span className={css['more']}>{more.join(' · ')}</span>}
    </span>
  );
}

type Line = { readonly own: string; readonly more: readonly string[] };

/** Nothing where a line does not hold it. */
function lineOf(value: JsonValue): Line | undefined {
  if (value === null) return { own: '', more: [] };
  if (typeof value !== 'object') return { own: typeof value === 'string' ? value : JSON.stringify(value), more: [] };
  if (Array.isArray(value)) return listLine(value);
  const { name, value: named, ...rest } = value as JsonObject;
  const own = typeof name === 'string' ? name : typeof named === 'string' ? named : undefined;
  const entries = Object.entries(own === undefined ? value : rest);
  if (own === undefined && entries.length > 0) return undefined;
  const more = entries.map(([key, one]) => (isEmpty(one) ? '' : wordOf(key, lineOf(one))));
  return more.includes(undefined)
    ? undefined
    : { own: own ?? '', more: more.filter((word): word is string => word !== undefined && word !== '') };
}

function isEmpty(value: JsonValue): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

function wordOf(key: string, line: Line | undefined): string | undefined {
  return line === undefined || line.more.length > 0 ? undefined : `${key} ${line.own}`;
}

function listLine(items: readonly JsonValue[]): Line | undefined {
  const owns = items.map((item) => lineOf(item)?.own);
  if (owns.includes(undefined)) return undefined;
  const own = owns.join(', ');
  return own.length <= 240 ? { own, more: [] } : undefined;
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
