/** What was enforced: proofs, approvals, and what is in force at which point. */
import { actionControls } from './controls.ts';
import type { ReportApproval, ReportEffect, ReportInput, ReportPolicy } from './report-input.ts';
import { counted, detailText, listed, shortDigest } from './sentence.ts';
import type { EntryIndex, Told } from './sentence.ts';

export function enforcedSentences(input: ReportInput, index: EntryIndex): readonly Told[] {
  return [
    ...input.policies.flatMap((policy) => [...proofs(policy, index), ...approved(policy, index), ...inForce(policy, index)]),
    ...input.approvals.flatMap((approval) => decided(approval, index)),
    ...input.effects.filter(({ action }) => action === 'enforcement.apply').map((effect) => applied(effect, index)),
  ];
}

function proofs({ row, version, proofs: all }: ReportPolicy, index: EntryIndex): readonly Told[] {
  return all.map(({ target, artifact, equal }) => ({
    text: equal
      ? `The ${target} artifact ${shortDigest(artifact)} of ${row.policy} was proved to decide as the rules do.`
      : `The ${target} artifact ${shortDigest(artifact)} of ${row.policy} was found to decide otherwise than the rules; it could not be distributed.`,
    entries: index.about(`policy/${row.policy}`, 'policy-proved').filter((entry) => {
      return detailText(entry, 'artifact') === artifact && detailText(entry, 'version') === String(version?.version);
    }),
    controls: ['cm-4', 'ac-4'],
  }));
}

function approved({ row }: ReportPolicy, index: EntryIndex): readonly Told[] {
  return index.about(`policy/${row.policy}`, 'policy-approved').map((entry) => {
    const approval = detailText(entry, 'approval');
    const votes = approval === undefined ? [] : index.about(`approval/${approval}`, 'approval-voted');
    const by = votes.length === 0 ? '' : ` on the word of ${listed(votes.map(({ actor }) => actor))}`;
    return {
      text: `Version ${detailText(entry, 'version') ?? '?'} of ${row.policy} was approved${by}.`,
      entries: [entry, ...votes],
      controls: ['cm-3', 'ac-5'],
    };
  });
}

function inForce({ row }: ReportPolicy, index: EntryIndex): readonly Told[] {
  return index.about(`policy/${row.policy}`, 'policy-enforced').map((entry) => ({
    text: `Version ${detailText(entry, 'version') ?? '?'} of ${row.policy} came into force.`,
    entries: [entry],
    controls: ['ac-3', 'ac-4', 'sc-7'],
  }));
}

function decided({ id, digest, summary, requester, status, votes }: ReportApproval, index: EntryIndex): readonly Told[] {
  const voters = votes.filter(({ decision }) => decision === 'approve').map(({ by }) => by);
  // Glass that was broken is told by itself.
  if (status !== 'approved' || voters.length === 0) return [];
  const text = `${listed(voters)} approved, for ${requester}, exactly the plan ${shortDigest(digest)}: ${summary.replace(/\.$/u, '')}.`;
  return [{ text, entries: index.about(`approval/${id}`, 'approval-voted', 'approval-approved'), controls: ['cm-3', 'ac-5', 'au-10'] }];
}

function applied(effect: ReportEffect, index: EntryIndex): Told {
  const how: { readonly [status: string]: string } = {
    intended: 'was about to be changed',
    applied: 'was changed',
    confirmed: 'was changed, and reported the change itself',
    undone: 'was changed, and put back',
    failed: 'could not be changed',
  };
  const text = `Enforcement point ${listed(effect.targets)} ${how[effect.status] ?? effect.status}, in run ${effect.run}${attempts(effect)}.`;
  return { text, entries: effectEntries(effect, index), controls: actionControls['enforcement.apply'] ?? [] };
}

export function attempts({ attempts: count }: ReportEffect): string {
  return count > 1 ? ` (${counted(count, 'attempt')}, one effect)` : '';
}

/** By the ids on the effect's row where the chain has them, otherwise by subject. */
export function effectEntries(effect: ReportEffect, index: EntryIndex) {
  const about = index.about(`effect/${effect.key}`);
  const cited = about.filter(({ id }) => effect.entries.includes(id));
  return cited.length > 0 ? cited : about;
}
