/** Compiles an approval: what it covers, who is asked, for how long, and what follows a denial or silence. */
import { EdictError } from '../../errors.ts';
import { parseDuration } from '../duration.ts';
import type { SourceAfter, SourceApproval, SourceStep } from '../playbook.schema.ts';
import { compileTemplate } from './expressions.ts';
import type { SourcePath } from './source.ts';
import { compileAfter, namesOf, type Block, type Compiling, type Part } from './steps.ts';

export function approvalPart(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): Part<'approval'> {
  const approval = source.approval as SourceApproval;
  const where = [...at, 'approval'];
  const names = namesOf(block);
  compiling.visibleAt.set(source.id, new Set(block.visible));
  const template = (key: string, value: Parameters<typeof compileTemplate>[1], expect?: readonly string[]) =>
    compileTemplate(compiling, value, names, { at: [...where, key], step: source.id, expect });
  checkDuration(compiling, approval.expires, [...where, 'expires'], source.id);
  return {
    kind: 'approval',
    of: approval.of,
    roles: approval.roles,
    quorum: template('quorum', approval.quorum, ['int']),
    expires: template('expires', approval.expires, ['string']),
    remindMs: approval.remind.map(parseDuration).toSorted((a, b) => a - b),
    ...(approval.escalate ? { escalate: { afterMs: parseDuration(approval.escalate.after), to: approval.escalate.to } } : {}),
    summary: template('summary', approval.summary ?? summaryOf(compiling, approval)),
    facts: Object.fromEntries(Object.entries(approval.facts ?? {}).map(([name, value]) => [name, template('facts', value)])),
    denied: refusal(compiling, source, 'denied', [...where, 'on_denied'], block),
    expired: refusal(compiling, source, 'expired', [...where, 'on_expired'], block),
  };
}

/** A refusal never falls through into what was refused: steps that follow it end with its outcome. */
function refusal(compiling: Compiling, source: SourceStep, outcome: 'denied' | 'expired', at: SourcePath, block: Block): string {
  const after: SourceAfter = source.approval?.[`on_${outcome}`] ?? { end: outcome };
  const id = `${source.id}.${outcome}`;
  const inner = { ...block, visible: new Set(block.visible).add(source.id) };
  if (after.steps) compileAfter(compiling, `${id}.end`, { end: outcome }, at, inner);
  return compileAfter(compiling, id, after, at, after.steps ? { ...inner, next: `${id}.end` } : inner);
}

function summaryOf(compiling: Compiling, approval: SourceApproval): string {
  const steps = approval.of.map(
    (id) => compiling.survey.steps.get(id)?.source.title ?? compiling.survey.steps.get(id)?.source.action ?? id,
  );
  return `approve: ${steps.join(', ')}`.replaceAll('${', '$${');
}

/** A literal duration is checked at once; one with expressions when it is evaluated. */
export function checkDuration(compiling: Compiling, text: string, at: SourcePath, step: string): void {
  if (text.includes('${')) return;
  try {
    parseDuration(text);
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    compiling.issues.push({ code: 'playbook-invalid', at, text: `${error.message} in step \`${step}\``, help: error.expected });
  }
}
