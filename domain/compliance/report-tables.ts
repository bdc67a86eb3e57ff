/** The tables of a report: how everything stood, each with where its figures come from. Cells are text, ready for any form. */
import { assess } from './assess.ts';
import type { AssessedControl } from './assess.ts';
import type { ComplianceFacts } from './facts.ts';
import type { ReportApproval, ReportIncident, ReportInput } from './report-input.ts';
import { listed } from './sentence.ts';

export type ReportTable = {
  readonly name: 'posture' | 'policies' | 'controls' | 'incidents' | 'approvals';
  readonly title: string;
  /** Where its rows come from. */
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows that are left out. */
  readonly left: number;
};

const shownRows = 500;

export function reportTables(input: ReportInput, facts: ComplianceFacts): readonly ReportTable[] {
  const controls = controlsTold(input, facts);
  return [
    postureTable(input, facts, controls),
    policiesTable(facts),
    controlsTable(controls),
    incidentsTable(input),
    approvalsTable(input),
  ];
}

/** All that have evidence or a claim; of one policy, those that it cites. */
function controlsTold({ policies }: ReportInput, facts: ComplianceFacts): readonly AssessedControl[] {
  const all = assess(facts).filter(({ claims, planned }) => claims.length > 0 || planned.length > 0);
  if (policies.length !== 1 || facts.policies.length !== 1) return all;
  const cited = new Set(facts.policies[0]?.controls);
  return all.filter(({ control, via }) => cited.has(control) || via.some((one) => cited.has(one)));
}

function postureTable(input: ReportInput, facts: ComplianceFacts, controls: readonly AssessedControl[]): ReportTable {
  const share = (some: number, all: number): string => `${some} of ${all}`;
  const { points, policies, chain } = facts;
  const open = input.incidents.filter(({ status }) => status === 'open').length;
  const rows = [
    ['policies in force', share(policies.filter(({ enforced }) => enforced !== undefined).length, policies.length), 'policies'],
    ['points as approved', share(points.filter(({ health }) => health === 'in-force').length, points.length), 'enforcement points'],
    ['incidents open', share(open, input.incidents.length), 'incidents'],
    ['approvals given', share(input.approvals.filter(({ status }) => status === 'approved').length, input.approvals.length), 'approvals'],
    ['effects in force now', share(input.effects.filter(holding).length, input.effects.length), 'the ledger of effects'],
    ['controls effective', share(controls.filter(({ status }) => status === 'effective').length, controls.length), 'the table of controls'],
    ['audit chain', chain === undefined ? 'not verified' : chain.ok ? `${chain.rows} rows verified` : 'does not verify', 'the audit chain'],
    ['head of the chain', chain?.head ?? '–', 'the audit chain'],
  ];
  return {
    ...shown(rows),
    name: 'posture',
    title: 'Posture',
    source: 'Counted when this was written.',
    columns: ['figure', 'value', 'from'],
  };
}

function holding({ status }: { readonly status: string }): boolean {
  return status === 'applied' || status === 'confirmed';
}

function policiesTable({ policies }: ComplianceFacts): ReportTable {
  const inForce = policies.filter(({ enforced }) => enforced !== undefined);
  return {
    ...shown(inForce.map(({ policy, title, enforced, digest, state }) => [policy, title, String(enforced), state, digest ?? '–'])),
    name: 'policies',
    title: 'Policies in force',
    source: 'Their versions in the store; the digest is SHA-256 over the document of the version.',
    columns: ['policy', 'title', 'version', 'state', 'digest'],
  };
}

function controlsTable(controls: readonly AssessedControl[]): ReportTable {
  return {
    ...shown(
      controls.map(({ control, title, status, holds, fails, unseen, evidence }) => [
        control,
        title,
        status.replaceAll('-', ' '),
        `${holds} / ${fails} / ${unseen}`,
        String(evidence),
      ]),
    ),
    name: 'controls',
    title: 'Controls and how effective they were seen to be',
    source:
      'Derived from policies, proofs, points, playbooks, runs, approvals, incidents, effects and the chain. What was never seen counts for nothing. Effective says that Edict’s part works, not that a framework is met.',
    columns: ['control', 'title', 'status', 'holds / fails / unseen', 'rows'],
  };
}

function incidentsTable({ incidents }: ReportInput): ReportTable {
  const row = ({ id, severity, status, title, openedAt, updatedAt }: ReportIncident): readonly string[] => [
    id,
    title,
    severity,
    status,
    moment(openedAt),
    moment(updatedAt),
  ];
  return {
    ...shown(incidents.map(row)),
    name: 'incidents',
    title: 'Incidents',
    source: 'The incidents of the store.',
    columns: ['incident', 'title', 'severity', 'status', 'opened', 'changed'],
  };
}

function approvalsTable({ approvals }: ReportInput): ReportTable {
  const row = ({ id, summary, requester, status, votes, closedAt }: ReportApproval): readonly string[] => [
    id,
    summary,
    requester,
    status,
    listed(votes.filter(({ decision }) => decision === 'approve').map(({ by }) => by)) || '–',
    moment(closedAt),
  ];
  return {
    ...shown(approvals.map(row)),
    name: 'approvals',
    title: 'Approvals',
    source: 'The approvals of the store, with who voted for them.',
    columns: ['approval', 'about', 'asked by', 'status', 'approved by', 'closed'],
  };
}

/** The newest rows: they come oldest first. */
function shown(rows: readonly (readonly string[])[]): Pick<ReportTable, 'rows' | 'left'> {
  return { rows: rows.slice(-shownRows), left: Math.max(0, rows.length - shownRows) };
}

/** `2026-11-25 17:46:52 UTC` */
function moment(at: string | undefined): string {
  if (at === undefined) return '–';
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/u.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 19)} UTC` : at;
}
