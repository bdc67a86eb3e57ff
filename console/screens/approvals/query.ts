/** What the inbox shows by what its address says. */
import type { UrlState } from '../../app/url-state.ts';

const views = ['mine', 'all', 'tasks', 'decided'] as const;
export type View = (typeof views)[number];

export function viewOf({ view }: UrlState): View {
  return views.find((one) => one === view) ?? 'mine';
}

type WaitingQuery = { readonly status: 'open'; readonly order: 'expiring'; readonly within?: number };

/** `within`: minutes in which it expires. */
export function waitingQuery({ within }: UrlState): WaitingQuery {
  const minutes = Number(within);
  return { status: 'open', order: 'expiring', ...(Number.isInteger(minutes) && minutes > 0 ? { within: minutes } : {}) };
}
