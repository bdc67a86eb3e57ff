/** What the product itself claims for controls, whichever policies there are: each mechanism, what it bears on, and whether it was seen to work. */
import { dueAtMs } from '../incident/sla.ts';
import { claims, independent, pointNeed, provedNeed } from './claims.ts';
import type { Claim } from './claims.ts';
import { controlRef } from './controls.ts';
import type { ControlId } from './controls.ts';
import { need, unseen } from './effectiveness.ts';
import type { Need } from './effectiveness.ts';
import type { ComplianceFacts, Sample } from './facts.ts';

type Mechanism = {
  readonly id: string;
  readonly title: string;
  readonly controls: readonly ControlId[];
  readonly needs: (facts: ComplianceFacts) => readonly Need[];
};

const mechanisms: readonly Mechanism[] = [
  {
    id: 'audit-chain',
    title: 'The audit chain',
    controls: ['au-2', 'au-3', 'au-9', 'au-10', 'au-12'],
    needs: ({ chain }) => [chainNeed(chain)],
  },
  { id: 'separation-of-duties', title: 'Approvals', controls: ['ac-5', 'cm-3', 'cm-5'], needs: ({ approvals }) => [separation(approvals)] },
  { id: 'guarded-effects', title: 'The guard and the ledger of effects', controls: ['cm-5'], needs: ({ effects }) => [guarded(effects)] },
  { id: 'containment', title: 'Containment in time', controls: ['ir-4', 'ir-5'], needs: (facts) => [contained(facts)] },
  { id: 'alerts', title: 'Incidents opened from signals', controls: ['si-4.5', 'ir-5'], needs: ({ incidents }) => [alerted(incidents)] },
  { id: 'watch', title: 'The watch over enforcement points', controls: ['ca-7', 'cm-2', 'cm-6', 'si-4'], needs: watched },
  { id: 'proofs', title: 'Proofs before anything is distributed', controls: ['cm-4'], needs: proved },
  { id: 'inventory', title: 'The inventory', controls: ['cm-8'], needs: ({ assets, at }) => [inventory(assets, at)] },
  { id: 'reports', title: 'Reports', controls: ['au-6', 'ir-6'], needs: ({ report }) => [reported(report)] },
];

/** Claims by the control that they bear on. */
export function mechanismClaims(facts: ComplianceFacts): readonly { readonly controls: readonly string[]; readonly claim: Claim }[] {
  return mechanisms.map(({ id, title, controls, needs }) => ({
    controls: controls.map(controlRef),
    claim: { kind: 'mechanism', id, title, needs: needs(facts) },
  }));
}

function chainNeed(chain: ComplianceFacts['chain']): Need {
  const text = 'The audit chain verifies, and both of its sinks agree';
  if (chain === undefined || chain.rows === 0) return unseen(text, 'it has no row, or was not verified');
  const found = chain.ok ? `${chain.rows} rows verified, head ${chain.head}` : 'it does not verify';
  return need(text, { holds: chain.ok, found, rows: [{ kind: 'audit', id: String(chain.rows), at: chain.at }] });
}

function separation({ rows, total }: ComplianceFacts['approvals']): Need {
  const bad = rows.filter((row) => !independent(row));
  const two = rows.filter(({ quorum }) => quorum > 1).length;
  return need('What was approved was approved by as many as were asked for, and never by whoever asked', {
    holds: bad.length === 0,
    found: bad.length > 0 ? `${bad.length} of ${total} were not` : `${total} approved, ${two} of them by two people or more`,
    rows: worstFirst(rows, bad).map(({ id, closedAt }) => ({ kind: 'approval', id, at: closedAt })),
  });
}

function guarded({ rows, total }: ComplianceFacts['effects']): Need {
  const bad = rows.filter(({ decided, status }) => !decided || status === 'diverged' || status === 'uncertain');
  return need('Every change made outside was decided on by the guard first, and how it ended is known', {
    holds: bad.length === 0,
    found:
      bad.length > 0 ? `${bad.length} of ${total} have no decision or no known end` : `${total} changes, each with its decision and end`,
    rows: worstFirst(rows, bad).map(({ key, at }) => ({ kind: 'effect', id: key, at })),
  });
}

function contained({ incidents: { rows, total }, at }: ComplianceFacts): Need {
  const late = rows.filter((row) => row.status === 'open' && dueAtMs(row) < Date.parse(at));
  return need('No incident is open past the time that its severity allows', {
    holds: late.length === 0,
    found: late.length > 0 ? `${late.length} of ${total} are late` : `${total} incidents, none of them late`,
    rows: worstFirst(rows, late).map(({ id, updatedAt }) => ({ kind: 'incident', id, at: updatedAt })),
  });
}

function alerted({ rows, total }: ComplianceFacts['incidents']): Need {
  const from = rows.filter(({ signals }) => signals > 0);
  return need('Alerts of detection systems open incidents', {
    holds: true,
    found: `${from.length} of ${total} incidents were opened from signals`,
    rows: from.map(({ id, openedAt }) => ({ kind: 'incident', id, at: openedAt })),
  });
}

function watched({ points, at }: ComplianceFacts): readonly Need[] {
  if (points.length === 0) return [unseen('Enforcement points are watched', 'there is none')];
  return points.map((point) => pointNeed(point, `${point.name} is as was approved for it`, at));
}

function proved({ policies }: ComplianceFacts): readonly Need[] {
  const inForce = policies.filter(claims);
  return inForce.length === 0 ? [unseen('Policies in force are proved', 'none is in force')] : inForce.map(provedNeed);
}

function inventory(assets: number, at: string): Need {
  const rows = assets === 0 ? [] : [{ kind: 'context' as const, id: 'inventory', at }];
  return need('An inventory of assets is loaded', { holds: true, found: assets === 0 ? 'it is empty' : `${assets} assets`, rows });
}

function reported(report: ComplianceFacts['report']): Need {
  const rows = report === undefined ? [] : [{ kind: 'report' as const, id: report.id, at: report.at }];
  return need('A report was written in the window', { holds: true, found: report === undefined ? 'none was' : report.id, rows });
}

/** What speaks against it is always among the rows that are shown. */
function worstFirst<T>(rows: Sample<T>['rows'], bad: readonly T[]): readonly T[] {
  const isBad = new Set(bad);
  return [...bad, ...rows.filter((row) => !isBad.has(row))];
}
