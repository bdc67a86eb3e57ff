/** What stands around every screen: the rail, the bar that says the server is away, the palette, the keys, the announcements. */
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useLive } from '../api/live.ts';
import { Announcer } from './announcer.tsx';
import { AwayBar } from './away-bar.tsx';
import { KeyHelp } from './key-help.tsx';
import { useShellKeys } from './keys.ts';
import { Palette } from './palette.tsx';
import { partOf } from './part.tsx';
import { PermittedScreen } from './permitted.tsx';
import { Rail } from './rail.tsx';
import { useTour } from './tour/memory.ts';
import css from './css/shell.module.css';

const Dock = partOf(() => import('./tour/dock.tsx'), 'Dock');

export function Shell(): ReactElement {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const tour = useTour();
  useLive();
  useShellKeys({ onPalette: useCallback(() => setPalette(true), []), onHelp: useCallback(() => setHelp(true), []) });
  return (
    <div className={css['shell']}>
      <a
        className={css['skip']}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the screen
      </a>
      <AwayBar />
      <div className={css['parts']}>
        <Rail path={path} onPalette={() => setPalette(true)} onHelp={() => setHelp(true)} />
        <div className={css['room']}>
          <main id="main" ref={main} tabIndex={-1} className={css['main']}>
            <PermittedScreen />
          </main>
          {tour.shown ? <Dock onEnd={tour.end} /> : null}
        </div>
      </div>
      <Announcer />
      <Palette opened={palette} onClose={() => setPalette(false)} onHelp={() => setHelp(true)} />
      <KeyHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
