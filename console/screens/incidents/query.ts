/** What the queue asks for by what its address says. */
import type { IncidentListQuery } from '../../../api/contract/incidents.ts';
import type { UrlState } from '../../app/url-state.ts';

const names = [
  'status',
  'severity',
  'assignee',
  'sla',
  'waiting',
  'mentions',
  'key',
  'text',
  'order',
  'from',
  'to',
  'answered',
  'reached',
] as const;

/** `status=any` is every incident; without a word on it, those that are live. */
export function queryOf(url: UrlState): IncidentListQuery {
  const { status = 'live', ...given } = Object.fromEntries(names.flatMap((name) => (url[name] === undefined ? [] : [[name, url[name]]])));
  return { order: 'urgent', ...given, ...(status === 'any' ? {} : { status }) } as IncidentListQuery;
}
