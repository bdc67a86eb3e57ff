/** A moment: local time or the distance to it, UTC on hover and for who asks the element. `<When at={row.openedAt} as="distance" />` */
import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useNow } from './clock.ts';
import { clockTime, distanceOf, lengthOf, localTime, utcTime } from './time.ts';
import css from './css/when.module.css';

type WhenProps = { readonly at: string; readonly as?: 'local' | 'distance' | 'clock' };

export function When({ at, as = 'local' }: WhenProps): ReactElement {
  const ms = Date.parse(at);
  return (
    <Tooltip label={`${localTime(ms)} here · ${utcTime(ms)}`}>
      <time dateTime={at} className={css['when']}>
        {as === 'distance' ? <Distance ms={ms} /> : as === 'clock' ? clockTime(ms) : localTime(ms)}
      </time>
    </Tooltip>
  );
}

const tickMs = 10_000;

/** The clock on the page is told in ticks: what happened since the last one has happened now, and is not to come. */
function Distance({ ms }: { readonly ms: number }): ReactElement {
  const now = useNow(tickMs);
  return <>{distanceOf(ms, ms > now && ms <= now + tickMs ? ms : now)}</>;
}

/** Time left until a moment; `late` from then on. */
export function Countdown({ until, late = 'over' }: { readonly until: string; readonly late?: string }): ReactElement {
  const ms = Date.parse(until);
  const left = ms - useNow(1000);
  const near = left < 15 * 60_000;
  return (
    <Tooltip label={`${localTime(ms)} here · ${utcTime(ms)}`}>
      <time dateTime={until} className={`${css['when']} ${left <= 0 ? css['late'] : near ? css['near'] : ''}`}>
        {left <= 0 ? `${late} ${lengthOf(-left)}` : lengthOf(Math.ceil(left / 1000) * 1000)}
      </time>
    </Tooltip>
  );
}
