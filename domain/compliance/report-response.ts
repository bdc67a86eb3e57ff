/** What was violated, and what was repaired: drift, alerts, incidents, refused votes, containment and its end. */
import { actionControls } from './controls.ts';
import type { ControlId } from './controls.ts';
import type { ActionName } from '../playbook/actions.ts';
import type { ReportApproval, ReportEffect, ReportIncident, ReportInput, ReportRun } from './report-input.ts';
import { attempts, effectEntries } from './report-enforced.ts';
import { counted, detailText, listed } from './sentence.ts';
import type { EntryIndex, Told } from './sentence.ts';

export function violatedSentences(input: ReportInput, index: EntryIndex): readonly Told[] {
  return [
    ...healthChanges(index, 'drifted', (point) => `Enforcement point ${point} was found to differ from what was approved for it.`),
    ...healthChanges(index, 'unreachable', (point) => `Enforcement point ${point} could not be reached.`),
    ...input.incidents.map((incident) => opened(incident, index)),
    ...refusedVotes(index),
    ...brokenGlass(index),
    ...input.approvals.flatMap((approval) => notApproved(approval, index)),
    ...input.runs.filter(({ outcome }) => outcome === 'failed').map((run) => failedRun(run, index)),
  ];
}

export function repairedSentences(input: ReportInput, index: EntryIndex): readonly Told[] {
  return [
    ...healthChanges(index, 'in-force', (point) => `Enforcement point ${point} was as approved again.`, 'drifted', 'unreachable'),
    ...input.effects.filter(({ action }) => action !== 'enforcement.apply').map((effect) => responded(effect, index)),
    ...input.incidents.flatMap((incident) => statusChanges(incident, index)),
    ...input.runs
      .filter(({ incident, outcome }) => incident !== undefined && outcome !== undefined && outcome !== 'failed')
      .map((run) => endedRun(run, index)),
  ];
}

/** Changes of a point's health to `to`, where `from` is given only from one of those. */
function healthChanges(index: EntryIndex, to: string, text: (point: string) => string, ...from: readonly string[]): readonly Told[] {
  return index
    .of('point-health-changed')
    .filter((entry) => detailText(entry, 'to') === to && (from.length === 0 || from.includes(detailText(entry, 'from') ?? '')))
    .map((entry) => ({ text: text(entry.subject.replace(/^point\//, '')), entries: [entry], controls: ['ca-7', 'cm-6', 'si-4'] }));
}

function opened({ id, title, severity, signals }: ReportIncident, index: EntryIndex): Told {
  const entries = [
    ...index.about(`incident/${id}`).slice(0, 1),
    ...signals.flatMap((signal) => index.about(`signal/${signal}`, 'signal-accepted')),
  ];
  return {
    text: `Incident ${id} (${severity}) was opened from ${counted(signals.length, 'signal')}: ${title}.`,
    entries,
    controls: ['si-4', 'si-4.5', 'ir-5'],
  };
}

function refusedVotes(index: EntryIndex): readonly Told[] {
  return index.of('approval-vote-refused').map((entry) => ({
    text: `A vote of ${entry.actor} was refused: ${(detailText(entry, 'code') ?? 'no reason recorded').replaceAll('-', ' ')}.`,
    entries: [entry],
    controls: ['ac-5', 'cm-5'],
  }));
}

/** Who acted without the votes that a playbook asks for, and what others said of it. */
function brokenGlass(index: EntryIndex): readonly Told[] {
  return index.of('approval-glass-broken').map((entry) => {
    const reviews = index.about(`review/${detailText(entry, 'review') ?? ''}`, 'review-accepted', 'review-rejected', 'review-overdue');
    const verdict = reviews.find(({ event }) => event !== 'review-overdue');
    const said = verdict === undefined ? 'nobody has reviewed it' : `${verdict.actor} ${verdict.event.replace('review-', '')} it`;
    return {
      text: `${entry.actor} broke the glass, without the votes that are asked for (“${detailText(entry, 'reason') ?? ''}”); ${said}.`,
      entries: [entry, ...reviews],
      controls: ['ac-5', 'ir-4'],
    };
  });
}

function notApproved({ id, summary, status, votes }: ReportApproval, index: EntryIndex): readonly Told[] {
  if (status !== 'denied' && status !== 'expired') return [];
  const against = votes
    .filter(({ decision }) => decision === 'deny')
    .map(({ by, reason }) => (reason === undefined ? by : `${by} (“${reason}”)`));
  const text =
    status === 'denied' ? `${listed(against)} denied: ${summary}.` : `Nobody decided in time, so that it was not done: ${summary}.`;
  return [{ text, entries: index.about(`approval/${id}`, 'approval-voted', `approval-${status}`), controls: ['cm-3', 'ac-5'] }];
}

const verbs: { readonly [action: string]: string } = {
  'network.isolate': 'A host was isolated at',
  'network.release': 'A host was given back at',
  'enforcement.heal': 'What was approved was put back at',
  'enforcement.rollback': 'The state before was put back at',
};

function responded(effect: ReportEffect, index: EntryIndex): Told {
  const ends: { readonly [status: string]: string } = {
    undone: ', and later undone',
    failed: ', which failed',
    intended: ', which did not happen yet',
    confirmed: ', and observed there',
  };
  const text = `${verbs[effect.action] ?? `${effect.action} was done at`} ${listed(effect.targets)}${ends[effect.status] ?? ''}, in run ${effect.run}${attempts(effect)}.`;
  return { text, entries: effectEntries(effect, index), controls: controlsOf(effect.action) };
}

function controlsOf(action: string): readonly ControlId[] {
  return (Object.hasOwn(actionControls, action) ? actionControls[action as ActionName] : undefined) ?? ['ir-4'];
}

function statusChanges({ id }: ReportIncident, index: EntryIndex): readonly Told[] {
  return index.about(`incident/${id}`, 'incident-status-changed').map((entry) => ({
    text: `Incident ${id} was ${detailText(entry, 'to') ?? detailText(entry, 'status') ?? 'changed'} by ${entry.actor}.`,
    entries: [entry],
    controls: ['ir-4', 'ir-5'],
  }));
}

function failedRun({ run, playbook, version }: ReportRun, index: EntryIndex): Told {
  return {
    text: `Run ${run} of ${playbook}@${version} failed.`,
    entries: index.about(`run/${run}`, 'run-ordered', 'run-ended'),
    controls: ['ir-4'],
  };
}

function endedRun({ run, playbook, version, requester, incident, outcome }: ReportRun, index: EntryIndex): Told {
  const text = `Run ${run} of ${playbook}@${version}, ordered by ${requester} for incident ${incident ?? ''}, ended: ${outcome ?? ''}.`;
  return { text, entries: index.about(`run/${run}`, 'run-ordered', 'run-ended'), controls: ['ir-4'] };
}
