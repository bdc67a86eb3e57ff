/** How policies are said in words: rules, questions, losses, proofs, differences. */
import type { DraftReply, PolicyDetail, PolicyDiff, PolicyVersion } from '../api/contract/policies.ts';
import { plain, shortDigest, style } from './output.ts';

function ruleLine(rule: DraftReply['document']['rules'][number]): string {
  const except = (rule.except ?? []).map(
    (one) =>
      ` except ${Object.entries(one)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(' ')}`,
  );
  return `  ${rule.effect.padEnd(6)} ${rule.id.padEnd(32)} ${rule.match.from} → ${rule.match.to} ${rule.match.service}${except.join('')}`;
}

function questionLines(questions: DraftReply['questions']): readonly string[] {
  return questions.flatMap((question) => [
    `  ${style.yellow(question.id)} ${question.text}`,
    ...question.readings.map((reading) => `     ${style.bold(reading.answer)}: ${reading.meaning}`),
  ]);
}

export function draftWords(reply: DraftReply): string {
  const open = reply.questions.length;
  const next =
    open > 0 ? `answer with \`edict policy answer ${reply.policy} <question> <answer>\`` : `next: \`edict policy submit ${reply.policy}\``;
  return plain(
    [
      `${style.bold(reply.policy)} version ${reply.version} · ${reply.state}${reply.complete ? '' : ' · still being checked'}`,
      ...reply.document.requirements.map((one) => `  “${one.text}”`),
      `${reply.document.rules.length} rules`,
      ...reply.document.rules.map(ruleLine),
      `${open} open question${open === 1 ? '' : 's'}`,
      ...questionLines(reply.questions),
      next,
    ].join('\n'),
  );
}

export function detailWords(detail: PolicyDetail): string {
  const reason = detail.reason === undefined ? '' : `\nsent back: ${detail.reason}`;
  return `${plain(`${style.bold(detail.policy)} · ${detail.state} · by ${detail.author}${reason}`)}\n${versionWords(detail.current)}`;
}

export function versionWords(version: PolicyVersion): string {
  const lines = [
    `version ${version.version} · ${version.status} · ${shortDigest(version.digest)} · owner ${version.document.owner}`,
    ...version.document.requirements.map((one) => `  “${one.text}”`),
    ...version.document.rules.map(ruleLine),
    ...questionLines(version.document.questions.filter((one) => one.answered === undefined)),
    ...version.compilations.flatMap((one) => [
      `${one.target.padEnd(10)} ${shortDigest(one.artifact)}`,
      ...one.losses.map((loss) => `  ${style.yellow('loss')} ${loss.rule}: ${loss.reason} (${loss.direction})`),
    ]),
    ...version.proofs.map(
      (one) => `${one.equal ? style.green('proved equal') : style.red('not equal')} ${one.target} ${proofWords(one.detail)}`,
    ),
    ...(version.whatIf === undefined ? [] : [`what-if    ${JSON.stringify(version.whatIf)}`]),
  ];
  return plain(lines.join('\n'));
}

function proofWords(detail: PolicyVersion['proofs'][number]['detail']): string {
  return Object.entries(detail)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(' · ');
}

export function diffWords(diff: PolicyDiff): string {
  if (diff.equal) return `versions ${diff.from} and ${diff.to} of ${diff.policy} decide alike`;
  return plain(diff.changes.map((one) => `  ${one.from} → ${one.to}  ${one.text}`).join('\n'));
}
