/** What tests look at of an imported CACAO playbook. */
import { parse } from 'yaml';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { importCacao } from '../../../domain/playbook/cacao/import.ts';
import { isError } from '../../../domain/playbook/cacao/fault.ts';
import { readMapping, type CacaoMapping } from '../../../domain/playbook/cacao/mapping.schema.ts';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { chain, type Loose } from './documents.ts';

export const noop = readMapping("commands: [{ match: '*', action: control.noop, with: { value: $1 } }]", 'map.yaml');
export const errorsOf = (document: ReturnType<typeof chain>, mapping = noop) => importCacao(document, mapping).faults.filter(isError);

export function stepsOf(document: CacaoPlaybook, mapping: CacaoMapping = noop): Loose[] {
  const { text, faults } = importCacao(document, mapping);
  if (text === undefined) throw new Error(JSON.stringify(faults, null, 1));
  compilePlaybook(text, 'x.yaml');
  return (parse(text) as { steps: Loose[] }).steps;
}

/** Ids and what is in blocks: the shape of the procedure. */
export function shape(steps: readonly Loose[]): unknown {
  return steps.map((one) => {
    if (one['then'] || one['else']) return [`if ${one['if']}`, shape(one['then'] ?? []), shape(one['else'] ?? []), ...failed(one)];
    if (one['parallel']) return ['parallel', ...one['parallel'].branches.map(shape), ...failed(one)];
    if (one['end']) return 'end';
    return one['on_failure'] ? [one['title'] ?? one['wait'], ...failed(one)] : (one['title'] ?? one['wait']);
  });
}

export function failed({ on_failure: failure }: Loose): unknown[] {
  if (failure === undefined) return [];
  return ['failed', failure.steps ? shape(failure.steps) : failure];
}

export const variables = { playbook_variables: { __n__: { type: 'integer', value: '3' }, __kind__: { type: 'string', external: true } } };
export const go = (to: string): Loose => ({ on_completion: to });
