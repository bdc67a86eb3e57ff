/** Gathers a report's facts from the store: policies with versions and proofs, points, effects, incidents, runs, approvals, and the chain. */
import type { WhatIf } from '../../domain/policy/replay/what-if.ts';
import type { ReportInput, ReportPolicy } from '../../domain/compliance/report-input.ts';
import type { AuditRow, Page, PageRequest, PolicyRow, Store } from '../../store/port.ts';

type Facts = Omit<ReportInput, 'title' | 'at'>;

export type FactsWanted = { readonly policy: string | undefined; readonly since: string; readonly at: string };

/** Of one policy and the runs that worked on it, or of everything. */
export async function gatherFacts(store: Store, { policy, since, at }: FactsWanted): Promise<Facts> {
  const [rows, points, incidents, runs] = await Promise.all([
    all((page) => store.policies.list(page)),
    store.points.list(),
    all((page) => store.incidents.list({}, page)),
    all((page) => store.runs.list({}, page)),
  ]);
  const [effects, approvals, compliance, chainCheck] = await Promise.all([
    all((page) => store.effects.list({}, page)),
    all((page) => store.approvals.list({}, page)),
    store.compliance.facts(since),
    store.audit.verify(),
  ]);
  const told = policy === undefined ? runs : runs.filter((run) => run.policy === policy);
  const isTold = new Set(told.map(({ run }) => run));
  const policies = await Promise.all(
    rows.filter((row) => policy === undefined || row.policy === policy).map((row) => policyFacts(store, row)),
  );
  return {
    policies,
    points,
    effects: effects.filter(({ run }) => isTold.has(run)).toReversed(),
    incidents: policy === undefined ? incidents.toReversed() : [],
    runs: told.toReversed(),
    approvals: approvals.filter(({ run }) => isTold.has(run)).toReversed(),
    entries: await chain(store),
    chain: chainCheck,
    compliance: {
      ...compliance,
      policies: compliance.policies.filter((one) => policy === undefined || one.policy === policy),
      chain: { ok: chainCheck.ok, rows: chainCheck.rows, head: chainCheck.head, at },
    },
  };
}

async function policyFacts(store: Store, row: PolicyRow): Promise<ReportPolicy> {
  const number = row.enforced ?? row.draft ?? (await store.policies.versions(row.policy)).at(-1)?.version;
  if (number === undefined) return { row, version: undefined, proofs: [], whatIf: undefined };
  const [version, proofs, whatIf] = await Promise.all([
    store.policies.version(row.policy, number),
    store.policies.proofs(row.policy, number),
    store.policies.whatIf(row.policy, number),
  ]);
  return { row, version, proofs, whatIf: whatIf as WhatIf | undefined };
}

async function chain(store: Store): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for await (const row of store.audit.export()) rows.push(row);
  return rows;
}

async function all<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await list({ cursor, limit: 500 });
    items.push(...page.items);
    if (page.next === undefined) return items;
    cursor = page.next;
  }
}
