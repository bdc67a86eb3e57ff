/** `?`: every key there is. */
import { Modal } from '@mantine/core';
import type { ReactElement } from 'react';
import { useMay } from '../api/session.tsx';
import { screens } from './screens.ts';
import css from './css/key-help.module.css';

const always: readonly (readonly [string, string])[] = [
  ['Ctrl K', 'Search, and every command'],
  ['?', 'This overview'],
  ['j · k', 'Next, previous in a list'],
  ['Enter · o', 'Open'],
  ['x', 'Pick in a list'],
  ['Esc', 'Close what is open'],
];

export function KeyHelp({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }): ReactElement {
  const may = useMay();
  const jumps = screens.flatMap(({ nav, route, title }) => (nav !== undefined && may(route) ? [[`g ${nav.key}`, title] as const] : []));
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css['columns']}>
        <Keys title="Everywhere" keys={always} />
        <Keys title="Go to" keys={jumps} />
      </div>
    </Modal>
  );
}

function Keys({ title, keys }: { readonly title: string; readonly keys: readonly (readonly [string, string])[] }): ReactElement {
  return (
    <section aria-label={title}>
      <h3 className={css['title']}>{title}</h3>
      <dl className={css['keys']}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
