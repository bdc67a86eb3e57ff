/**
 * Every screen: one line each. `nav` places it in the rail, `key` is the second key after `g`, `route` the call that a person must be
 * permitted to make for the screen to be offered. Paths take parameters as TanStack Router writes them (`$run`).
 */
import IconAlertHexagon from '@tabler/icons-react/icons/IconAlertHexagon';
import IconHandStop from '@tabler/icons-react/icons/IconHandStop';
import IconLayoutDashboard from '@tabler/icons-react/icons/IconLayoutDashboard';
import IconNotebook from '@tabler/icons-react/icons/IconNotebook';
import IconTopology from '@tabler/icons-react/icons/IconTopologyStar3';
import IconSettings from '@tabler/icons-react/icons/IconSettings';
import IconServer from '@tabler/icons-react/icons/IconServer2';
import IconShieldCheck from '@tabler/icons-react/icons/IconShieldCheck';
import IconReport from '@tabler/icons-react/icons/IconReportAnalytics';
import IconRoute from '@tabler/icons-react/icons/IconRoute';
import IconChecklist from '@tabler/icons-react/icons/IconChecklist';
import IconFileCheck from '@tabler/icons-react/icons/IconFileCheck';
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
  {
    path: '/policies',
    title: 'Policies',
    route: 'policies.list',
    nav: { group: 'policy', icon: IconShieldCheck, key: 'p' },
    load: () => import('../screens/policies/policies.tsx'),
  },
  { path: '/policies/$policy', title: 'Policy', route: 'policies.get', load: () => import('../screens/policy/policy.tsx') },
  { path: '/author', title: 'Write a policy', route: 'policies.draft', load: () => import('../screens/policy-new/policy-new.tsx') },
  {
    path: '/context',
    title: 'Context',
    route: 'context.get',
    nav: { group: 'policy', icon: IconTopology, key: 'c' },
    load: () => import('../screens/context/context.tsx'),
  },
  {
    path: '/points',
    title: 'Enforcement points',
    route: 'points.list',
    nav: { group: 'policy', icon: IconServer, key: 'e' },
    load: () => import('../screens/points/points.tsx'),
  },
  {
    path: '/compliance',
    title: 'Compliance',
    route: 'compliance.frameworks',
    nav: { group: 'record', icon: IconChecklist, key: 'm' },
    load: () => import('../screens/compliance/compliance.tsx'),
  },
  {
    path: '/reports',
    title: 'Reports',
    route: 'reports.list',
    nav: { group: 'record', icon: IconReport, key: 't' },
    load: () => import('../screens/reports/reports.tsx'),
  },
  {
    path: '/audit',
    title: 'Audit',
    route: 'audit.list',
    nav: { group: 'record', icon: IconFileCheck, key: 'u' },
    load: () => import('../screens/audit/audit.tsx'),
  },
  {
    path: '/approvals',
    title: 'Approvals',
    route: 'approvals.list',
    nav: { group: 'work', icon: IconHandStop, key: 'a' },
    load: () => import('../screens/approvals/approvals.tsx'),
  },
  { path: '/approvals/$approval', title: 'Approval', route: 'approvals.get', load: () => import('../screens/approval/approval.tsx') },
  {
    path: '/runs',
    title: 'Runs',
    route: 'runs.list',
    nav: { group: 'work', icon: IconRoute, key: 'r' },
    load: () => import('../screens/runs/runs.tsx'),
  },
  { path: '/runs/$run', title: 'Run', route: 'runs.get', load: () => import('../screens/run/run.tsx') },
  {
    path: '/playbooks',
    title: 'Playbooks',
    route: 'playbooks.list',
    nav: { group: 'work', icon: IconNotebook, key: 'b' },
    load: () => import('../screens/playbooks/playbooks.tsx'),
  },
  { path: '/playbooks/$playbook', title: 'Playbook', route: 'playbooks.get', load: () => import('../screens/playbook/playbook.tsx') },
  { path: '/write', title: 'Write a playbook', route: 'playbooks.publish', load: () => import('../screens/playbook/write.tsx') },
  {
    path: '/settings',
    title: 'Settings',
    route: 'sessions.list',
    nav: { group: 'settings', icon: IconSettings, key: 's' },
    load: () => import('../screens/settings/settings.tsx'),
  },
];
