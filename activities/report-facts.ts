/** Gathers a report's facts from the store: policies with versions, proofs, points, effects, incidents, runs and the ledger's entries. */
import type { Store } from '../store/port.ts';

const most = 500;

export async function gatherFacts(store: Store, policy: string | undefined) {
  const { items } = await store.policies.list({ limit: most });
  const policies = await Promise.all(
    items
      .filter((row) => policy === undefined || row.policy === policy)
      .map(async (row) => {
        const number = row.enforced ?? row.draft;
        const version = number === undefined ? undefined : await store.policies.version(row.policy, number);
        const proofs = number === undefined ? [] : await store.policies.proofs(row.policy, number);
        return { row, version, proofs, whatIf: number === undefined ? undefined : await store.policies.whatIf(row.policy, number) };
      }),
  );
  const [points, effects, incidents, runs, approvals] = await Promise.all([
    store.points.list(),
    store.effects.list({}, { limit: most }),
    store.incidents.list({}, { limit: most }),
    store.runs.list({}, { limit: most }),
    store.approvals.list({}, { limit: most }),
  ]);
  return { policies, points, effects: effects.items, incidents: incidents.items, runs: runs.items, approvals: approvals.items };
}
