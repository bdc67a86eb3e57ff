/** Incidents opened per day, stacked by severity; the table beside it says the same to who does not see it. */
import type { ReactElement } from 'react';
import type { Overview } from '../../../api/contract/work/overview.ts';
import { severities } from '../../../domain/incident/triage.ts';
import { useGo } from '../../app/url.ts';
import { openedOn } from './numbers.ts';
import css from './overview.module.css';

const days = 14;
const dayMs = 86_400_000;
const height = 96;
const step = 28;

type Daily = Overview['daily'];
type Bar = { readonly day: string; readonly parts: Readonly<Record<string, number>>; readonly total: number };

export function Daily({ daily }: { readonly daily: Daily }): ReactElement {
  const bars = barsOf(daily, Date.now());
  const most = Math.max(1, ...bars.map(({ total }) => total));
  return (
    <figure className={css['daily']}>
      <svg viewBox={`0 0 ${days * step} ${height + 18}`} role="group" aria-label={wordsOf(bars)} preserveAspectRatio="xMinYMax meet">
        <line x1="0" x2={days * step} y1={height} y2={height} className={css['axis']} />
        {bars.map((bar, index) => (
          <g key={bar.day} transform={`translate(${index * step} 0)`}>
            <title>{`${bar.day}: ${bar.total}`}</title>
            {stackOf(bar, most).map(({ severity, y, size }) => (
              <rect key={severity} x="4" width={step - 8} y={y} height={size} className={css[severity]} />
            ))}
            {index % 2 === 1 ? (
              <text x={step / 2} y={height + 13} textAnchor="middle" className={css['tick']}>
                {Number(bar.day.slice(8))}
              </text>
            ) : null}
            {bar.total > 0 ? <Total bar={bar} y={height - (bar.total / most) * (height - 14) - 4} /> : null}
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** The number of a day opens what was opened on it; so does its bar. */
function Total({ bar: { day, total }, y }: { readonly bar: Bar; readonly y: number }): ReactElement {
  const go = useGo();
  const { to } = openedOn(day, total);
  return (
    <a
      href={to}
      aria-label={`${total} opened on ${day}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      <rect x="0" width={step} y="0" height={height} className={css['day']} />
      <text x={step / 2} y={y} textAnchor="middle" className={css['tick']}>
        {total}
      </text>
    </a>
  );
}

function barsOf(daily: Daily, nowMs: number): readonly Bar[] {
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(nowMs - (days - 1 - index) * dayMs).toISOString().slice(0, 10);
    const own = daily.filter((one) => one.day === day);
    return {
      day,
      parts: Object.fromEntries(own.map(({ severity, opened }) => [severity, opened])),
      total: own.reduce((sum, { opened }) => sum + opened, 0),
    };
  });
}

function stackOf({ parts }: Bar, most: number) {
  let below = height;
  return severities.flatMap((severity) => {
    const size = ((parts[severity] ?? 0) / most) * (height - 14);
    if (size === 0) return [];
    below -= size;
    return [{ severity, y: below, size }];
  });
}

function wordsOf(bars: readonly Bar[]): string {
  const said = bars.filter(({ total }) => total > 0).map(({ day, total }) => `${day}: ${total}`);
  return `Incidents opened per day. ${said.length === 0 ? 'None.' : said.join(', ')}`;
}
