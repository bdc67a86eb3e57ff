/** What policies and playbooks claim for the controls that they cite, and whether it was seen to hold. */
import type { ApprovalFact, ComplianceFacts, PlaybookFact, PointFact, PolicyFact } from './facts.ts';
import { need, unseen } from './effectiveness.ts';
import type { Need } from './effectiveness.ts';

export type Claim = {
  readonly kind: 'policy' | 'playbook' | 'mechanism';
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Need[];
};

/** An observation of a point that is older than this says nothing of now: the watch looks far more often. */
export const observationHoldsMs = 24 * 3_600_000;

/** One that was never in force claims nothing yet, and one that is retired nothing any more. */
export function claims(policy: PolicyFact): boolean {
  return policy.enforced !== undefined && policy.state !== 'retired';
}

export function policyClaim(policy: PolicyFact, facts: Pick<ComplianceFacts, 'points' | 'at'>): Claim {
  const needs = [approvedNeed(policy), provedNeed(policy), ...coverageNeeds(policy, facts)];
  return { kind: 'policy', id: policy.policy, title: policy.title, needs };
}

function approvedNeed({ policy, author, enforced, approval }: PolicyFact): Need {
  const text = `Version ${enforced ?? '?'} of ${policy} was approved by somebody who did not write it`;
  if (approval === undefined) return unseen(text, 'no approval is on record');
  const others = approval.approvers.filter((person) => person !== author);
  return need(text, {
    holds: independent(approval) && others.length > 0,
    found: others.length === 0 ? 'nobody but its author approved it' : `approved by ${others.join(', ')}`,
    rows: [{ kind: 'approval', id: approval.id, at: approval.closedAt }],
  });
}

/** Approved by as many as were asked for, whoever asked not among them; or looked at and accepted after the glass was broken. */
export function independent({ status, requester, quorum, approvers, review }: ApprovalFact): boolean {
  if (status !== 'approved') return false;
  if (review !== undefined) return review === 'accepted';
  return approvers.filter((person) => person !== requester).length >= Math.max(1, quorum);
}

export function provedNeed({ policy, enforced, proofs }: PolicyFact): Need {
  const text = `Every artifact of ${policy} v${enforced ?? '?'} was proved to decide as its rules do`;
  const tried = proofs.filter(({ equal }) => equal !== undefined);
  const unequal = tried.filter(({ equal }) => equal === false).map(({ target }) => target);
  const without = proofs.filter(({ equal }) => equal === undefined).map(({ target }) => target);
  return need(text, {
    holds: unequal.length === 0 && without.length === 0,
    found:
      unequal.length > 0
        ? `found unequal: ${unequal.join(', ')}`
        : without.length > 0
          ? `without a proof: ${without.join(', ')}`
          : tried.length === 0
            ? 'it has no artifact with a proof'
            : `proved equal: ${tried.map(({ target }) => target).join(', ')}`,
    rows: tried.map(({ at }) => ({ kind: 'policy', id: policy, at })),
  });
}

/** One for each point that should hold it; where there is none, that it is anywhere. */
function coverageNeeds(policy: PolicyFact, { points, at }: Pick<ComplianceFacts, 'points' | 'at'>): readonly Need[] {
  const placed = points.flatMap((point) => {
    const held = point.policyVersions.find((one) => one.policy === policy.policy);
    return held === undefined ? [] : [{ point, version: held.version }];
  });
  if (placed.length === 0) return [unseen(`${policy.policy} is in force at an enforcement point`, 'no point should hold it')];
  return placed.map(({ point, version }) => {
    const text = `${point.name} holds ${policy.policy} v${policy.enforced ?? '?'}`;
    if (version === policy.enforced) return pointNeed(point, text, at);
    return need(text, { holds: false, found: `it should hold version ${version} still`, rows: [pointLink(point)] });
  });
}

export function pointNeed(point: PointFact, text: string, at: string): Need {
  const { health, seenAt } = point;
  if (health === 'unknown') return unseen(text, 'it has not been seen yet');
  if (!(Date.parse(at) - Date.parse(seenAt) <= observationHoldsMs)) return unseen(text, `last seen at ${seenAt}: too long ago`);
  return need(text, { holds: health === 'in-force', found: health.replaceAll('-', ' '), rows: [pointLink(point)] });
}

function pointLink({ name, seenAt }: PointFact) {
  return { kind: 'point', id: name, at: seenAt } as const;
}

export function playbookClaim(playbook: PlaybookFact): Claim {
  const { playbook: id, version, title, tested, publishedAt, lastRun } = playbook;
  const tests = `${id}@${version} has tests, and passed them when it was published`;
  const runs = `The last run of ${id} that ended by itself ended well`;
  return {
    kind: 'playbook',
    id,
    title,
    needs: [
      tested
        ? need(tests, { holds: true, found: 'published with tests', rows: [{ kind: 'playbook', id, at: publishedAt }] })
        : unseen(tests, 'published without tests'),
      lastRun === undefined
        ? unseen(runs, 'it was not run in the window')
        : need(runs, {
            holds: lastRun.outcome !== 'failed',
            found: `ended: ${lastRun.outcome}`,
            rows: [{ kind: 'run', id: lastRun.run, at: lastRun.endedAt }],
          }),
    ],
  };
}
