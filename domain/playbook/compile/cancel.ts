/** Compiles what a cancellation runs: a few short steps that wait for nobody, whatever the playbook was doing. */
import type { StepKind } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import type { Block, Compiling } from './block.ts';
import type { SourcePath } from './source.ts';

const kinds: readonly StepKind[] = ['action', 'set', 'if', 'switch'];
const foreignKeys = ['on_failure', 'on_cancel', 'lease'] as const;

/** Gives the id of the first of its steps. They see what the step sees, and the step; nobody sees them. */
export function compileCancel(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): string | undefined {
  if (!source.on_cancel) return undefined;
  const inner: Block = { visible: new Set(block.visible).add(source.id), loopNames: block.loopNames, cleanup: true };
  return compiling.compileBlock(compiling, source.on_cancel.steps, [...at, 'on_cancel', 'steps'], inner);
}

export function refuseInCleanup(compiling: Compiling, kind: StepKind, source: SourceStep, at: SourcePath): void {
  const complain = (text: string, where: SourcePath, help: string): void =>
    void compiling.issues.push({ code: 'playbook-invalid', at: where, text, help });
  if (!kinds.includes(kind))
    complain(`${kind} step \`${source.id}\` @ cannot run on a cancellation`, at, `an \`on_cancel\` has only ${kinds.join(', ')}`);
  for (const key of kind === 'action' ? foreignKeys : ([...foreignKeys, 'timeout', 'retry'] as const))
    if (source[key] !== undefined)
      complain(`\`${key}\` has no meaning in \`on_cancel\`, in step \`${source.id}\``, [...at, key], 'what fails there stops nothing');
}
