/** Facts of a small place where everything is as it should be. */
import type { ApprovalFact, ComplianceFacts, PlaybookFact, PolicyFact } from '../../domain/compliance/facts.ts';

export const at = '2026-11-26T08:00:00Z';
const earlier = '2026-11-26T07:00:00Z';

export const approval = (change: Partial<ApprovalFact> = {}): ApprovalFact => ({
  id: 'approval-1',
  requester: 'person:ann',
  status: 'approved',
  closedAt: earlier,
  quorum: 2,
  approvers: ['person:ben', 'person:cem'],
  review: undefined,
  ...change,
});

export const policy = (change: Partial<PolicyFact> = {}): PolicyFact => ({
  policy: 'p1',
  title: 'Who reaches the database',
  state: 'enforced',
  enforced: 2,
  controls: ['nist-800-53r5:ac-4', 'pci-dss-4.0.1:1.3.1'],
  digest: `sha256:${'ab'.repeat(32)}`,
  author: 'person:ann',
  proofs: [{ target: 'nftables', equal: true, at: earlier }],
  approval: approval(),
  ...change,
});

export const playbook = (change: Partial<PlaybookFact> = {}): PlaybookFact => ({
  playbook: 'contain-host',
  version: '1.0.0',
  title: 'Contain a host',
  controls: ['nist-800-53r5:ir-4', 'nist-800-53r5:sc-7'],
  publishedAt: earlier,
  tested: true,
  lastRun: { run: 'run-1', outcome: 'done', endedAt: earlier },
  ...change,
});

export const facts = (change: Partial<ComplianceFacts> = {}): ComplianceFacts => ({
  at,
  since: '2026-08-28T08:00:00Z',
  policies: [policy()],
  playbooks: [playbook()],
  points: [{ name: 'fw-1', health: 'in-force', seenAt: earlier, policyVersions: [{ policy: 'p1', version: 2 }] }],
  approvals: { rows: [approval()], total: 1 },
  incidents: { rows: [{ id: 'i1', severity: 'high', status: 'contained', openedAt: earlier, updatedAt: earlier, signals: 2 }], total: 1 },
  effects: { rows: [{ key: 'run-1/isolate/1', status: 'confirmed', decided: true, at: earlier }], total: 1 },
  report: { id: 'report-1', at: earlier },
  assets: 30,
  chain: { ok: true, rows: 82, head: 'c0ffee', at },
  ...change,
});
