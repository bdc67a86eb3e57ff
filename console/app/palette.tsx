/** Ctrl-K: type, choose with the arrows, Enter. Screens and commands at once; incidents and playbooks that match what is typed. */
import { Modal, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';
import { useRead } from '../api/queries.ts';
import { useMay } from '../api/session.tsx';
import { screens } from './screens.ts';
import { signOut } from './sign-out.ts';
import { startTour } from './tour/memory.ts';
import { useGo } from './url.ts';
import css from './css/palette.module.css';

type Item = { readonly id: string; readonly group: string; readonly label: string; readonly hint?: string; readonly run: () => void };

type PaletteProps = { readonly opened: boolean; readonly onClose: () => void; readonly onHelp: () => void };

export function Palette({ opened, onClose, onHelp }: PaletteProps): ReactElement {
  return (
    <Modal.Root opened={opened} onClose={onClose} size="lg" yOffset="12vh" centered={false}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label="Search and commands">{opened ? <Choices onClose={onClose} onHelp={onHelp} /> : null}</Modal.Content>
    </Modal.Root>
  );
}

function Choices({ onClose, onHelp }: Omit<PaletteProps, 'opened'>): ReactElement {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const items = useItems(text, onHelp);
  const chosen = items[Math.min(at, items.length - 1)];
  const run = (item: Item | undefined) => {
    if (item === undefined) return;
    onClose();
    item.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, items.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter') run(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <div className={css['palette']}>
      <input
        className={css['input']}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen === undefined ? undefined : `palette-${chosen.id}`}
        aria-label="Search and commands"
        placeholder="Go to, open, do…"
        value={text}
        data-autofocus
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Choices" className={css['list']}>
        {items.map((item, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the input has the keys
          <div
            key={item.id}
            id={`palette-${item.id}`}
            role="option"
            aria-selected={item === chosen}
            className={css['item']}
            onMouseMove={() => setAt(index)}
            onClick={() => run(item)}
          >
            <span className={css['label']}>{item.label}</span>
            <span className={css['group']}>{item.group}</span>
            {item.hint === undefined ? null : <kbd>{item.hint}</kbd>}
          </div>
        ))}
        {items.length === 0 ? <p className={css['none']}>Nothing matches.</p> : null}
      </div>
    </div>
  );
}

function useItems(text: string, onHelp: () => void): readonly Item[] {
  const go = useGo();
  const may = useMay();
  const { setColorScheme } = useMantineColorScheme();
  const jumps = screens.flatMap(({ path, title, nav, route }): Item[] =>
    nav === undefined || !may(route) ? [] : [{ id: path, group: 'Screen', label: title, hint: `g ${nav.key}`, run: () => go(path) }],
  );
  const commands: readonly Item[] = [
    { id: 'light', group: 'Command', label: 'Use the light theme', run: () => setColorScheme('light') },
    { id: 'dark', group: 'Command', label: 'Use the dark theme', run: () => setColorScheme('dark') },
    { id: 'auto', group: 'Command', label: 'Use the theme of the system', run: () => setColorScheme('auto') },
    { id: 'tour', group: 'Command', label: 'Start the tour', run: () => startTour() },
    { id: 'keys', group: 'Command', label: 'Show the keys', hint: '?', run: onHelp },
    { id: 'sign-out', group: 'Command', label: 'Sign out', run: () => void signOut() },
  ];
  const wanted = text.trim().toLowerCase();
  const found = useFound(wanted);
  return [...[...jumps, ...commands].filter(({ label }) => label.toLowerCase().includes(wanted)), ...found];
}

const searchedFrom = 2;
const foundMost = 8;

/** Incidents and playbooks that match; asked of the server once enough is typed. */
function useFound(wanted: string): readonly Item[] {
  const go = useGo();
  const may = useMay();
  const [text] = useDebouncedValue(wanted, 150);
  const enough = text.length >= searchedFrom;
  const query = { text: text.slice(0, 200), limit: foundMost, order: 'newest' } as const;
  const incidents = useRead('incidents.list', { query }, { enabled: enough && may('incidents.list'), keep: true });
  const playbooks = useRead('playbooks.list', {}, { enabled: enough && may('playbooks.list') });
  if (!enough) return [];
  return [
    ...(incidents.data?.items ?? []).map(({ id, title }) => ({ id, group: 'Incident', label: title, run: () => go(`/incidents/${id}`) })),
    ...(playbooks.data?.items ?? [])
      .filter(({ playbook, title }) => `${playbook} ${title}`.toLowerCase().includes(text))
      .slice(0, foundMost)
      .map(({ playbook, title }) => ({
        id: `playbook-${playbook}`,
        group: 'Playbook',
        label: title,
        hint: playbook,
        run: () => go(`/playbooks/${playbook}`),
      })),
  ];
}
