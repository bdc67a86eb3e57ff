/** The plan of a published version, as its runs go by it. A version never changes, so that it is read once. */
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { call } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';

export function usePlan(playbook: string | undefined, version: string | undefined): UseQueryResult<Plan, Fault> {
  return useQuery<Plan, Fault>({
    queryKey: ['plan', playbook, version],
    enabled: playbook !== undefined && version !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const { plan } = await call('playbooks.plan', { params: { name: playbook ?? '' }, query: { version: version ?? '' } }, { signal });
      return plan as unknown as Plan;
    },
  });
}
