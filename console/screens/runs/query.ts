/** What the list of runs asks for by what its address says. */
import type { z } from 'zod';
import type { RunListQuery } from '../../../api/contract/runs.ts';
import type { UrlState } from '../../app/url-state.ts';

export const filters = ['status', 'outcome', 'playbook', 'requester', 'incident', 'policy', 'endedSince'] as const;

type Query = Omit<z.infer<typeof RunListQuery>, 'cursor' | 'limit'>;

const states: readonly string[] = ['ordered', 'running', 'ended', 'active'] satisfies readonly Query['status'][];

export function queryOf(url: UrlState): Query {
  const { status, ...rest } = Object.fromEntries(
    filters.flatMap((name) => (url[name] === undefined || url[name] === '' ? [] : [[name, url[name]]])),
  );
  return { ...rest, ...(status !== undefined && states.includes(status) ? { status: status as NonNullable<Query['status']> } : {}) };
}
