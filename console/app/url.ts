/** What a screen keeps in its address: filters, the open drawer, the chosen row. A link to it shows the same. */
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { UrlState } from './url-state.ts';

export type { UrlState };

/** `const [filters, setFilters] = useUrlState(); setFilters({ status: 'open' })`; undefined takes one out. The history is kept clean. */
export function useUrlState(): readonly [UrlState, (patch: UrlState) => void] {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const state = Object.fromEntries(Object.entries(search).map(([name, value]) => [name, textOf(value)]));
  const set = useCallback(
    (patch: UrlState) => {
      void navigate({ to: '.', search: (before: object) => ({ ...before, ...patch }), replace: true });
    },
    [navigate],
  );
  return [state, set];
}

/** A parameter of the path: `useParam('run')` on `/runs/$run`. */
export function useParam(name: string): string {
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  return textOf(params[name]) ?? '';
}

/** `const go = useGo(); go('/runs/123?step=1')` */
export function useGo(): (path: string) => void {
  const navigate = useNavigate();
  return useCallback((path: string) => void navigate({ href: path }), [navigate]);
}

/** The router reads `?page=2` as a number. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
