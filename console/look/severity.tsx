/** How bad it is: a word and a glyph of one to four bars, so that colour is never the only sign. */
import type { ReactElement } from 'react';
import type { Severity as SeverityName } from '../../domain/incident/signal.ts';
import css from './css/severity.module.css';

const bars: Readonly<Record<SeverityName, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

export function Severity({ value, terse = false }: { readonly value: SeverityName; readonly terse?: boolean }): ReactElement {
  return (
    <span className={`${css['severity']} ${css[value]}`} title={terse ? value : undefined}>
      <svg className={css['glyph']} viewBox="0 0 14 12" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 3.6}
            y={12 - bar * 3}
            width="2.6"
            height={bar * 3}
            rx="0.8"
            className={bar <= bars[value] ? css['on'] : css['off']}
          />
        ))}
      </svg>
      <span className={terse ? 'unseen' : undefined}>{value}</span>
    </span>
  );
}
