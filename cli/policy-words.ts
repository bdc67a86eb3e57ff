/** How policies are said in words: rules, questions, losses, proofs, what-if, differences. All text that comes in is clean (output.ts). */
import { z } from 'zod';
import type { DraftReply, PolicyDetail, PolicyDiff, PolicyVersion } from '../api/contract/policies.ts';
import { padded, shortDigest, style } from './output.ts';

type Rules = DraftReply['document']['rules'];

function ruleLines(rules: Rules): readonly string[] {
  const width = Math.max(0, ...rules.map((rule) => rule.id.length));
  return rules.map((rule) => {
    const except = (rule.except ?? []).map((one) => ` except ${partsOf(one)}`);
    return `  ${rule.effect.padEnd(5)}  ${padded(rule.id, width)}  ${matchOf(rule)}${except.join('')}`;
  });
}

function matchOf(rule: Rules[number]): string {
  if (rule.kind === 'network') return `${rule.match.from} → ${rule.match.to} ${rule.match.service}`;
  const { when, ...match } = rule.match;
  return `${partsOf(match)}${when === undefined ? '' : ` when ${JSON.stringify(when)}`}`;
}

function partsOf(exception: object): string {
  return Object.entries(exception)
    .map(([key, value]) => `${key} ${typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value)}`)
    .join(' ');
}

function questionLines(questions: DraftReply['questions']): readonly string[] {
  return questions.flatMap((question) => [
    `  ${style.yellow(question.id)} ${question.text}`,
    ...question.readings.map((reading) => `     ${style.bold(reading.answer)}: ${reading.meaning}`),
  ]);
}

function requirementLines(requirements: DraftReply['document']['requirements']): readonly string[] {
  return requirements.map((one) => `  “${one.text}”`);
}

export function draftWords(reply: DraftReply): string {
  return [
    `${style.bold(reply.policy)} version ${reply.version} · ${reply.state}${reply.complete ? '' : ' · still being checked'}`,
    ...requirementLines(reply.document.requirements),
    reply.document.rules.length === 0
      ? style.yellow('0 rules: nothing of this would be enforced')
      : counted(reply.document.rules.length, 'rule'),
    ...ruleLines(reply.document.rules),
    counted(reply.questions.length, 'open question'),
    ...questionLines(reply.questions),
    nextWords(reply),
  ].join('\n');
}

function nextWords(reply: DraftReply): string {
  const failed = failedRunOf(reply);
  if (failed !== undefined) return `next: \`edict run show ${failed.run}\`, then draft again`;
  const [first] = reply.questions;
  if (first === undefined) return `next: \`edict policy submit ${reply.policy}\``;
  const answers = first.readings.map((reading) => reading.answer).join('|') || '<answer>';
  return `next: \`edict policy answer ${reply.policy} ${first.id} ${answers}\``;
}

/** The stage that did not do what it should, where one did not. */
export function failedRunOf(reply: DraftReply): DraftReply['runs'][number] | undefined {
  return reply.runs.find((one) => one.outcome !== undefined && one.outcome !== 'done');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function detailWords(detail: PolicyDetail): string {
  const reason = detail.reason === undefined ? [] : [`${style.yellow('sent back')} ${detail.reason}`];
  const versions = detail.versions.map((one) => `${one.version} ${one.status}`).join(', ');
  const inForce = detail.enforced === undefined ? 'none in force' : `version ${detail.enforced} in force`;
  return [
    `${style.bold(detail.policy)} · ${detail.state} · by ${detail.author} · ${inForce} · versions: ${versions}`,
    ...reason,
    versionWords(detail.current),
  ].join('\n');
}

export function versionWords(version: PolicyVersion): string {
  return [
    `version ${version.version} · ${version.status} · ${shortDigest(version.digest)} · owner ${version.document.owner}`,
    ...requirementLines(version.document.requirements),
    ...ruleLines(version.document.rules),
    ...questionLines(version.document.questions.filter((one) => one.answered === undefined)),
    ...version.compilations.flatMap((one) => [
      `compiled to ${one.target}  ${shortDigest(one.artifact)}`,
      ...one.losses.map((loss) => `  ${style.yellow('loss')} ${loss.rule}: ${loss.reason} (${loss.direction})`),
    ]),
    ...version.proofs.map(
      (one) => `${one.equal ? style.green('proved equal') : style.red('not equal')} ${one.target} · ${proofWords(one.detail)}`,
    ),
    ...whatIfLines(version.whatIf),
  ].join('\n');
}

function proofWords(detail: PolicyVersion['proofs'][number]['detail']): string {
  return Object.entries(detail)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}

const Flows = z.object({
  connections: z.number(),
  hosts: z.array(z.string()),
  examples: z.array(z.object({ text: z.string(), count: z.number() })),
});
const WhatIf = z.object({ connections: z.number(), wouldBlock: Flows, wouldAllow: Flows });

/** What the policy would have done to the recorded connections. */
function whatIfLines(whatIf: unknown): readonly string[] {
  const parsed = WhatIf.safeParse(whatIf);
  if (!parsed.success) return whatIf === undefined ? [] : [`what-if ${JSON.stringify(whatIf)}`];
  const { connections, wouldBlock, wouldAllow } = parsed.data;
  return [
    `what-if: of ${connections} recorded connections it would have`,
    ...flowLines('blocked', wouldBlock),
    ...flowLines('newly allowed', wouldAllow),
  ];
}

function flowLines(what: string, flows: z.infer<typeof Flows>): readonly string[] {
  const of = flows.hosts.length === 0 ? '' : ` of ${flows.hosts.join(', ')}`;
  return [`  ${what} ${flows.connections}${of}`, ...flows.examples.map((one) => `    ${one.count} × ${one.text}`)];
}

export function diffWords(diff: PolicyDiff): string {
  return differenceWords(`versions ${diff.from} and ${diff.to} of ${diff.policy}`, diff);
}

/** `sides`: what is compared, in words. */
export function differenceWords(sides: string, diff: Omit<PolicyDiff, 'policy' | 'from' | 'to'>): string {
  return [
    diff.equal ? `${sides} decide alike` : `${sides} decide differently, for example`,
    ...diff.changes.map((one) => `  ${one.from} → ${one.to}  ${one.text}`),
    ...diff.rules.map((one) => `  ${one.change.padEnd(8)}  ${one.rule}`),
    ...diff.exceptions.map(({ text }) => `  ${text}`),
  ].join('\n');
}
