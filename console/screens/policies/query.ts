/** What the list of policies asks for by what its address says. */
import type { z } from 'zod';
import type { PolicyListQuery } from '../../../api/contract/policies.ts';
import type { UrlState } from '../../app/url-state.ts';

type State = NonNullable<z.infer<typeof PolicyListQuery>['state']>;

export const states: readonly { readonly value: State; readonly label: string }[] = [
  { value: 'live', label: 'All but retired' },
  { value: 'in-force', label: 'In force' },
  { value: 'draft', label: 'Draft' },
  { value: 'in-review', label: 'In review' },
  { value: 'approved', label: 'Approved' },
  { value: 'distributing', label: 'Distributing' },
  { value: 'enforced', label: 'Enforced' },
  { value: 'revising', label: 'Revising' },
  { value: 'retired', label: 'Retired' },
];

export function queryOf({ state }: UrlState): { readonly state?: State } {
  const known = states.find(({ value }) => value === state);
  return known === undefined ? {} : { state: known.value };
}
