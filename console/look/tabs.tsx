/**
 * The rooms of a screen, one at a time, below a row of tabs. The chosen one stands in the address (`?tab=proof`); the first is there without.
 * `<Tabs label="The policy" tabs={[{ tab: 'rules', title: 'Rules' }, …]}>{(tab) => <Room tab={tab} />}</Tabs>`
 */
import { Tabs as Row } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useUrlState } from '../app/url.ts';
import css from './css/tabs.module.css';

export type Tab<Name extends string> = {
  readonly tab: Name;
  readonly title: string;
  /** Beside the title, where there is something to see to: `3 open`. */
  readonly more?: string | undefined;
};

type TabsProps<Name extends string> = {
  readonly label: string;
  readonly tabs: readonly [Tab<Name>, ...Tab<Name>[]];
  /** What the address no longer says once another tab is chosen. */
  readonly leaves?: readonly string[];
  readonly children: (tab: Name) => ReactNode;
};

export function Tabs<Name extends string>({ label, tabs, leaves = [], children }: TabsProps<Name>): ReactElement {
  const [url, setUrl] = useUrlState();
  const [first] = tabs;
  const shown = tabs.find(({ tab }) => tab === url['tab']) ?? first;
  const left = Object.fromEntries(leaves.map((name) => [name, undefined]));
  return (
    <Row
      value={shown.tab}
      onChange={(tab) => setUrl({ ...left, tab: tab === first.tab || tab === null ? undefined : tab })}
      className={css['tabs'] ?? ''}
      keepMounted={false}
    >
      <Row.List aria-label={label} className={css['row'] ?? ''}>
        {tabs.map(({ tab, title, more }) => (
          <Row.Tab key={tab} value={tab}>
            {title}
            {more === undefined ? null : <span className={css['more']}> · {more}</span>}
          </Row.Tab>
        ))}
      </Row.List>
      <Row.Panel value={shown.tab} className={css['room'] ?? ''} tabIndex={0}>
        {children(shown.tab)}
      </Row.Panel>
    </Row>
  );
}
