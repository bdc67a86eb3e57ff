/** The way to every screen that this person may use, with what one needs at any time: search, keys, theme, sign out. */
import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import IconKeyboard from '@tabler/icons-react/icons/IconKeyboard';
import IconMoon from '@tabler/icons-react/icons/IconMoon';
import IconSearch from '@tabler/icons-react/icons/IconSearch';
import IconSelector from '@tabler/icons-react/icons/IconSelector';
import IconSun from '@tabler/icons-react/icons/IconSun';
import type { ReactElement } from 'react';
import { useMay, useSession } from '../api/session.tsx';
import { Mark } from '../look/mark.tsx';
import { screens } from './screens.ts';
import type { ScreenEntry } from './screens.ts';
import { signOut } from './sign-out.ts';
import css from './css/rail.module.css';

const groups = { work: 'Work', policy: 'Policy', record: 'Record', settings: 'Set-up' } as const;

type RailProps = { readonly path: string; readonly onPalette: () => void; readonly onHelp: () => void };

export function Rail({ path, onPalette, onHelp }: RailProps): ReactElement {
  const may = useMay();
  const offered = screens.filter(({ nav, route }) => nav !== undefined && may(route));
  return (
    <nav className={css['rail']} aria-label="Screens">
      <div className={css['top']}>
        <Mark />
        <button type="button" className={css['search']} onClick={onPalette}>
          <IconSearch size={14} aria-hidden="true" />
          <span>Search</span>
          <kbd aria-hidden="true">Ctrl K</kbd>
        </button>
      </div>
      <div className={css['groups']}>
        {Object.entries(groups).map(([group, title]) => (
          <Group key={group} title={title} entries={offered.filter(({ nav }) => nav?.group === group)} path={path} />
        ))}
      </div>
      <div className={css['foot']}>
        <Who />
        <Tooltip label="Keys">
          <ActionIcon aria-label="Keyboard shortcuts" onClick={onHelp}>
            <IconKeyboard size={16} />
          </ActionIcon>
        </Tooltip>
        <ThemeSwitch />
      </div>
    </nav>
  );
}

type GroupProps = { readonly title: string; readonly entries: readonly ScreenEntry[]; readonly path: string };

function Group({ title, entries, path }: GroupProps): ReactElement | null {
  if (entries.length === 0) return null;
  return (
    <div className={css['group']}>
      <h2 className={css['group-title']}>{title}</h2>
      <ul>
        {entries.map(({ path: to, title: name, nav }) => {
          const Icon = nav?.icon;
          const here = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
          return (
            <li key={to}>
              <Link to={to} className={css['link']} data-here={here} aria-current={here ? 'page' : undefined}>
                {Icon === undefined ? null : <Icon size={16} aria-hidden="true" />}
                <span>{name}</span>
                <kbd aria-hidden="true">g {nav?.key}</kbd>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Who(): ReactElement {
  const { person } = useSession();
  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <button type="button" className={css['who']}>
          <span className={css['initial']} aria-hidden="true">
            {person.name.slice(0, 1).toUpperCase()}
          </span>
          <span className={css['name']}>
            <span className="unseen">Signed in as </span>
            {person.name}
          </span>
          <IconSelector size={13} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.roles.join(', ')}</Menu.Label>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeSwitch(): ReactElement {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  return (
    <Tooltip label={dark ? 'Light' : 'Dark'}>
      <ActionIcon aria-label={dark ? 'Use the light theme' : 'Use the dark theme'} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? <IconSun size={16} /> : <IconMoon size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}
