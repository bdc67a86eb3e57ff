/** The plan of a published version: its text, compiled here. A version never changes, so that it is read and compiled once. */
import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { call } from '../../api/client.ts';
import type { Fault } from '../../api/fault.ts';
import { loadPart } from '../../app/parts.ts';

export function usePlan(playbook: string | undefined, version: string | undefined): UseQueryResult<Plan, Fault> {
  return useQuery<Plan, Fault>({
    queryKey: ['plan', playbook, version],
    enabled: playbook !== undefined && version !== undefined,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const [{ source }, { compilePlaybook }] = await Promise.all([
        call('playbooks.get', { params: { name: playbook ?? '' }, query: { version: version ?? '' } }, { signal }),
        loadPart(() => import('./compiler.ts')),
      ]);
      return compilePlaybook(source, `${playbook}.yaml`).plan;
    },
  });
}
