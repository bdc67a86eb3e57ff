/**
 * Every screen: one line each. `nav` places it in the rail, `key` is the second key after `g`, `route` the call that a person must be
 * permitted to make for the screen to be offered. Paths take parameters as TanStack Router writes them (`$run`).
 */
import IconAlertHexagon from '@tabler/icons-react/icons/IconAlertHexagon';
import IconLayoutDashboard from '@tabler/icons-react/icons/IconLayoutDashboard';
import type { ComponentType } from 'react';
import type { RouteName } from '../../api/contract/routes.ts';

export type ScreenEntry = {
  readonly path: string;
  readonly title: string;
  readonly route: RouteName;
  /** Absent: reached from another screen. */
  readonly nav?: {
    readonly group: 'work' | 'policy' | 'record' | 'settings';
    readonly icon: ComponentType<{ size?: number | string }>;
    readonly key: string;
  };
  readonly load: () => Promise<{ readonly Screen: ComponentType }>;
};

export const screens: readonly ScreenEntry[] = [
  {
    path: '/',
    title: 'Overview',
    route: 'incidents.metrics',
    nav: { group: 'work', icon: IconLayoutDashboard, key: 'h' },
    load: () => import('../screens/overview/overview.tsx'),
  },
  {
    path: '/incidents',
    title: 'Incidents',
    route: 'incidents.list',
    nav: { group: 'work', icon: IconAlertHexagon, key: 'i' },
    load: () => import('../screens/incidents/incidents.tsx'),
  },
  { path: '/incidents/$incident', title: 'Incident', route: 'incidents.get', load: () => import('../screens/incident/incident.tsx') },
];
