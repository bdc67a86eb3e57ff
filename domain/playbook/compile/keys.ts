/** Which keys each kind of step has. One that it has not is refused, with the word for what was meant, where there is one. */
import type { StepKind } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import type { Compiling } from './block.ts';
import type { SourcePath } from './source.ts';
import { isBlock } from './timing.ts';

const anyStep = ['id', 'title', 'summary', 'if', 'on_failure'];
/** Of kinds that take time. */
const longStep = [...anyStep, 'on_cancel'];
const blockStep = ['timeout', 'retry'];
const keysOf: { readonly [K in StepKind]: readonly string[] } = {
  action: [...longStep, 'action', 'with', 'timeout', 'retry', 'undo', 'reason', 'lease', 'outputs'],
  approval: [...longStep, 'approval'],
  manual: [...longStep, 'manual', 'undo', 'lease'],
  wait: [...longStep, 'wait'],
  if: [...anyStep, ...blockStep, 'then', 'else'],
  switch: [...anyStep, ...blockStep, 'switch'],
  set: [...anyStep, 'set', 'outputs'],
  parallel: [...longStep, ...blockStep, 'parallel'],
  foreach: [...longStep, ...blockStep, 'foreach'],
  while: [...longStep, ...blockStep, 'while'],
  playbook: [...longStep, ...blockStep, 'playbook', 'undo', 'reason'],
  end: ['id', 'title', 'summary', 'if', 'end'],
  fail: ['id', 'title', 'summary', 'if', 'fail'],
  undo: [],
};

export function refuseForeignKeys(compiling: Compiling, kind: StepKind, source: SourceStep, at: SourcePath): void {
  // A branch that holds its roads takes as long as they do.
  const own = (kind === 'if' || kind === 'switch') && isBlock(source) ? [...keysOf[kind], 'on_cancel'] : keysOf[kind];
  for (const key of Object.keys(source)) {
    if (own.includes(key)) continue;
    const help = helpFor(kind, key);
    compiling.issues.push({
      code: 'playbook-invalid',
      at: [...at, key],
      onKey: true,
      text: `\`${key}\` does not belong to ${kind} step \`${source.id}\`${help === undefined ? '' : ' @'}`,
      help,
    });
  }
}

const noTime = 'it takes no time';
const changesNothing = 'it changes nothing outside';
const asksPeople = { timeout: 'its deadline is `expires`', retry: 'the same people are asked again by `remind`, others by `escalate`' };
const instead: { readonly [K in StepKind]?: { readonly [key: string]: string } } = {
  approval: asksPeople,
  manual: { ...asksPeople, outputs: 'they are declared in `manual`, each with its type' },
  wait: { timeout: 'its deadline is `for` or `until`', retry: 'give it a later deadline' },
};

function helpFor(kind: StepKind, key: string): string | undefined {
  const own = instead[kind]?.[key];
  if (own !== undefined) return own;
  if (key === 'timeout' || key === 'retry') return noTime;
  if (key === 'on_cancel') return `${noTime}, so that a cancellation never finds it under way`;
  if (key !== 'undo' && key !== 'lease') return undefined;
  if (kind === 'playbook') return 'what it does has its own leases';
  return keysOf[kind].includes('timeout') ? `${changesNothing} itself: say it of the steps inside` : changesNothing;
}
