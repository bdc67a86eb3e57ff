/** Compiles an approval: what it covers, who is asked, for how long, and what follows a denial or silence. */
import type { Json } from '../../json.ts';
import { parseDuration } from '../duration.ts';
import type { Template } from '../plan.ts';
import type { SourceApproval, SourceStep } from '../playbook.schema.ts';
import { compileAfter } from './after.ts';
import { addStep, namesOf, type Block, type Build, type Compiling } from './block.ts';
import { checkDuration, compileTemplate } from './expressions.ts';
import type { SourcePath } from './source.ts';

export const approvalPart: Build<'approval'> = (compiling, source, at, block) => {
  const approval = source.approval as SourceApproval;
  const where = [...at, 'approval'];
  compiling.visibleAt.set(source.id, new Set(block.visible));
  const template = (key: string, value: Json, expect?: readonly string[]): Template =>
    compileTemplate(compiling, value, namesOf(block), { at: [...where, key], step: source.id, expect });
  checkDuration(compiling, approval.expires, { at: [...where, 'expires'], step: source.id });
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
    denied: compileRefusal(compiling, source, where, block, 'denied'),
    expired: compileRefusal(compiling, source, where, block, 'expired'),
  };
};

/** A refusal never falls through into what was refused: steps that follow it end with its outcome. */
// oxlint-disable-next-line max-params -- the walk's four, and which refusal
function compileRefusal(
  compiling: Compiling,
  { id, approval }: SourceStep,
  at: SourcePath,
  block: Block,
  outcome: 'denied' | 'expired',
): string {
  const after = approval?.[`on_${outcome}`] ?? { end: outcome };
  const inner = { ...block, visible: new Set(block.visible).add(id) };
  const next = after.steps ? addStep(compiling, { id: `${id}.${outcome}.end`, kind: 'end', in: block.in, outcome }) : undefined;
  return compileAfter(compiling, { id: `${id}.${outcome}`, after, at: [...at, `on_${outcome}`] }, { ...inner, next });
}

function summaryOf(compiling: Compiling, approval: SourceApproval): string {
  const titles = approval.of.map((id) => {
    const { title, action } = compiling.survey.steps.get(id)?.source ?? {};
    return title ?? action ?? id;
  });
  return `approve: ${titles.join(', ')}`.replaceAll('${', '$${');
}
