/** The keys of the shell: Ctrl-K or ⌘K the palette, `?` the overlay, `g` and a second key a screen. Those of a list are its own (look/data-table.tsx). */
import { useEffect } from 'react';
import { useMay } from '../api/session.tsx';
import { inText } from '../look/typing.ts';
import { screens } from './screens.ts';
import { useGo } from './url.ts';

const secondKeyWithinMs = 1200;

type ShellKeys = { readonly onPalette: () => void; readonly onHelp: () => void };

export function useShellKeys({ onPalette, onHelp }: ShellKeys): void {
  const go = useGo();
  const may = useMay();
  useEffect(() => {
    let gAtMs = -secondKeyWithinMs;
    const jump = (key: string): boolean => {
      const screen = screens.find(({ nav, route }) => nav?.key === key && may(route));
      if (screen !== undefined) go(screen.path);
      return screen !== undefined;
    };
    const single = (event: KeyboardEvent): boolean => {
      const second = performance.now() - gAtMs < secondKeyWithinMs;
      gAtMs = event.key === 'g' && !second ? performance.now() : -secondKeyWithinMs;
      if (second) return jump(event.key);
      if (event.key === '?') onHelp();
      return event.key === '?';
    };
    const listen = (event: KeyboardEvent) => {
      const chord = event.ctrlKey || event.metaKey;
      const palette = chord && event.key.toLowerCase() === 'k';
      if (palette) onPalette();
      if (palette || (!chord && !event.altKey && !inText(event.target) && single(event))) event.preventDefault();
    };
    // Before the list sees it: `g` and then `k` is a jump.
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, [go, may, onPalette, onHelp]);
}
