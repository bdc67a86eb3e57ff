/** Compiles an approval: what it covers, who is asked, for how long, and what follows a denial or silence. */
import type { Json } from '../../json.ts';
import { parseDuration } from '../duration.ts';
import type { ApprovalStep, Rung, Template } from '../plan.ts';
import type { SourceApproval, SourceRung, SourceStep } from '../playbook.schema.ts';
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
  checkLadder(compiling, source.id, approval, where);
  checkQuorum(compiling, source.id, approval, where);
  const { people, escalate, risk, break_glass: breakGlass } = approval;
  return {
    kind: 'approval',
    of: approval.of,
    roles: approval.roles,
    ...(people.length === 0 ? {} : { people }),
    quorum: template('quorum', approval.quorum, ['int']),
    expires: template('expires', approval.expires, ['string']),
    remindMs: approval.remind.map(parseDuration).toSorted((a, b) => a - b),
    ...(escalate ? { escalate: ladderOf(escalate) } : {}),
    ...(risk ? { risk } : {}),
    ...(breakGlass ? { breakGlass: { roles: breakGlass.roles, reviewMs: parseDuration(breakGlass.review) } } : {}),
    binds: 'request',
    summary: template('summary', approval.summary ?? summaryOf(compiling, approval)),
    facts: Object.fromEntries(Object.entries(approval.facts ?? {}).map(([name, value]) => [name, template('facts', value)])),
    denied: compileRefusal(compiling, source, where, block, 'denied'),
    expired: compileRefusal(compiling, source, where, block, 'expired'),
  };
};

function ladderOf(escalate: SourceRung | readonly SourceRung[]): ApprovalStep['escalate'] {
  return 'after' in escalate ? rungOf(escalate) : escalate.map(rungOf);
}

export function rungOf({ after, to, people, remind }: SourceRung): Rung {
  const remindMs = remind.map(parseDuration).toSorted((a, b) => a - b);
  return {
    afterMs: parseDuration(after),
    to,
    ...(people.length === 0 ? {} : { people }),
    ...(remindMs.length === 0 ? {} : { remindMs }),
  };
}

/** A ladder is climbed: each rung comes after the one before, and asks somebody more. */
function checkLadder(compiling: Compiling, id: string, { escalate = [], roles, people }: SourceApproval, at: SourcePath): void {
  const asked = new Set([...roles.map((role) => `role ${role}`), ...people]);
  let before = 0;
  [escalate].flat().forEach(({ after, to, people: more }, index) => {
    const here = [...at, 'escalate', ...(Array.isArray(escalate) ? [index] : [])];
    const complain = (text: string, help: string): void => void compiling.issues.push({ code: 'playbook-invalid', at: here, text, help });
    const afterMs = parseDuration(after);
    if (Array.isArray(escalate) && index > 0 && afterMs <= before)
      complain(`rung ${index + 1} of approval \`${id}\` @ does not come after the one before`, 'put the rungs in the order of their times');
    before = afterMs;
    const added = [...to.map((role) => `role ${role}`), ...more].filter((each) => !asked.has(each));
    if (Array.isArray(escalate) && added.length === 0)
      complain(
        `rung ${index + 1} of approval \`${id}\` @ asks nobody who was not asked before`,
        'use `remind` to ask the same people again',
      );
    for (const each of added) asked.add(each);
  });
}

/** Where people are named and no role is asked, ever, it is known how many there are. */
function checkQuorum(compiling: Compiling, id: string, approval: SourceApproval, at: SourcePath): void {
  const { quorum, roles, people, escalate = [] } = approval;
  const rungs = [escalate].flat();
  if (typeof quorum !== 'number' || roles.length > 0 || rungs.some(({ to }) => to.length > 0)) return;
  const named = new Set([...people, ...rungs.flatMap((rung) => rung.people)]);
  if (named.size >= quorum) return;
  compiling.issues.push({
    code: 'playbook-invalid',
    at: [...at, 'quorum'],
    text: `nobody can give approval \`${id}\` @: it takes ${quorum} people and names ${named.size}`,
    help: 'name more people, or ask a role',
  });
}

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
