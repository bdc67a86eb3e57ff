/** A step that runs another playbook: ours by its extension, a foreign one by what the mapping says it is here. */
import type { SourceStep } from '../playbook.schema.ts';
import { bareName } from './check-variables.ts';
import { stepExtension } from './extensions.ts';
import { orReport, outputName, report, resolverOf, type Importing } from './import-context.ts';
import { ownEntry, type CacaoId, type CacaoStepOf } from './model.ts';

type Call = CacaoStepOf<'playbook-action'>;

export function importCall(importing: Importing, id: CacaoId, step: Call, named: Pick<SourceStep, 'id' | 'title'>): readonly SourceStep[] {
  const own = stepExtension(step, 'step');
  if (own?.['playbook'] !== undefined) {
    const { step_id: _id, titled: _titled, on_failure: _failure, ...form } = own;
    const undo = stepExtension(step, 'undo');
    return [{ ...named, ...form, ...(undo === undefined ? {} : undoOf(undo)) } as unknown as SourceStep];
  }
  const called = ownEntry(importing.mapping.playbooks, step.playbook_id);
  if (called === undefined) {
    report(importing, id, unknown(step), 'playbook_id');
    return [];
  }
  return [
    { ...named, playbook: { ...nameOf(called), with: inputsOf(importing, id, step), wait: true, accept: ['done'] }, ...timeoutOf(step) },
  ].map((made) => given(importing, step, made));
}

function undoOf({ action, reason }: { readonly [key: string]: unknown }) {
  return { ...(action === undefined ? {} : { undo: action }), ...(reason === undefined ? {} : { reason }) };
}

function unknown({ playbook_id: called }: Call) {
  return {
    code: 'cacao-unmapped',
    message: `runs playbook \`${called}\`, and no mapping says which of ours that is`,
    expected: `\`playbooks: { ${JSON.stringify(called)}: … }\` in the mapping`,
  } as const;
}

function nameOf(called: string): { readonly name: string; readonly version?: string } {
  const [name = '', version] = called.split('@');
  return version === undefined ? { name } : { name, version };
}

/** By the names that the variables have as inputs of an imported playbook. */
function inputsOf(importing: Importing, id: CacaoId, step: Call): NonNullable<SourceStep['with']> {
  const resolve = resolverOf(importing, step);
  return Object.fromEntries(
    (step.in_args ?? []).flatMap((name, index) => {
      const value = orReport(importing, id, ['in_args', index], () => resolve(bareName(name)));
      return value === undefined ? [] : [[outputName(bareName(name)), `\${${value.cel}}`]];
    }),
  );
}

const timeoutOf = ({ timeout }: Call) => (timeout === undefined || timeout === 0 ? {} : { timeout: `${timeout}ms` });

function given(importing: Importing, step: Call, made: SourceStep): SourceStep {
  for (const name of (step.out_args ?? []).map(bareName)) {
    const type = ownEntry(importing.playbook.playbook_variables, name)?.type ?? 'string';
    importing.assigned.set(name, { cel: `${made.id}.${outputName(name)}`, type });
  }
  return made;
}
