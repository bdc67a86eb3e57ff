/**
 * A CACAO 2.0 document (already checked) → the YAML of a playbook of ours. All or nothing: what has no counterpart, and each
 * command that nobody mapped, is a fault that names its step. What CACAO leaves open is decided as docs/cacao.md says.
 */
import { stringify } from 'yaml';
import { compilePlaybook } from '../compile.ts';
import { digestOf } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { carriedOf, isOwnExport, printCarried } from './carried.ts';
import { undefinedVariables } from './check-variables.ts';
import { celTypeOf, type CelType } from './condition-cel.ts';
import { extensionOf, textIn } from './extensions.ts';
import { isError, type CacaoFault } from './fault.ts';
import { freshId, isConstant, type Importing } from './import-context.ts';
import { importBody } from './import-steps.ts';
import type { CacaoMapping } from './mapping.schema.ts';
import { ownEntry, type CacaoPlaybook, type CacaoVariable } from './model.ts';
import { printOrigin } from './origin.ts';

export type CacaoImport = {
  /** Absent where a fault is an error. */
  readonly text?: string;
  readonly faults: readonly CacaoFault[];
};

/** `file` names the text in faults of the compiler. */
export function importCacao(playbook: CacaoPlaybook, mapping: CacaoMapping = { commands: [] }, file = 'imported'): CacaoImport {
  const importing = begin(playbook, mapping);
  const steps = bodyOf(importing);
  const carried = isOwnExport(playbook) ? undefined : carriedOf(playbook);
  const faults = [...importing.faults, ...(carried?.faults ?? [])];
  if (faults.some(isError)) return { faults };
  const body = stringify(withoutUndefined({ ...frameOf(importing), steps }), { lineWidth: 140, aliasDuplicateObjects: false });
  const text = body + (carried === undefined ? '' : printCarried(carried.document));
  try {
    const { plan } = compilePlaybook(text, file);
    return { text: printOrigin({ document: digestOf(playbook), plan: plan.digest }) + text, faults };
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    return { faults: [...faults, uncompiled(error)] };
  }
}

/** What is nested some thousand levels deep exhausts the stack. */
function bodyOf(importing: Importing): readonly SourceStep[] {
  try {
    return importBody(importing);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    importing.faults.push({
      code: 'cacao-unsupported',
      severity: 'error',
      pointer: '/workflow',
      message: 'the workflow is nested too deeply',
      expected: 'fewer conditions inside each other',
    });
    return [];
  }
}

function begin(playbook: CacaoPlaybook, mapping: CacaoMapping): Importing {
  const inputNames = new Map<string, string>();
  const used = new Set<string>();
  const own = extensionOf(playbook.playbook_extensions, 'playbook') !== undefined;
  for (const name of [...Object.keys(playbook.playbook_variables ?? {}), ...(own ? [] : undefinedVariables(playbook))]) {
    if (isConstant(ownEntry(playbook.playbook_variables, name))) continue;
    const bare = name.slice(2, -2).replaceAll('-', '_');
    const base = /^[a-z]/.test(bare) ? bare : `v_${bare}`;
    let input = base.slice(0, 60);
    for (let count = 2; used.has(input); count++) input = `${base.slice(0, 56)}_${count}`;
    used.add(input);
    inputNames.set(name, input);
  }
  return { playbook, mapping, faults: [], usedIds: new Set(), emitted: new Set(), assigned: new Map(), inputNames };
}

function frameOf(importing: Importing): { readonly [key: string]: unknown } {
  const { playbook, mapping } = importing;
  const own = extensionOf(playbook.playbook_extensions, 'playbook');
  const { superseded: _superseded, ...frame } = own ?? {};
  const inputs = { ...inputsOf(importing), ...(frame['inputs'] as JsonObject | undefined) };
  return {
    playbook: textIn(own, 'playbook') ?? freshId({ ...importing, usedIds: new Set() }, playbook.name, 'playbook'),
    version: '1.0.0',
    title: playbook.name.slice(0, 200) || playbook.id,
    description: playbook.description?.slice(0, 4_000),
    // Somebody else's playbook starts by nobody's hand but an administrator's, until a person says otherwise.
    triggers: [{ manual: { roles: mapping.start ?? ['admin'] } }],
    ...frame,
    inputs,
  };
}

const inputTypes: Record<CelType, string> = { int: 'int', double: 'double', bool: 'bool', map: 'map', string: 'string' };

function inputsOf({ playbook, inputNames }: Importing): { readonly [name: string]: Json } {
  const assigned = new Set(Object.values(playbook.workflow).flatMap((step) => ('out_args' in step ? (step.out_args ?? []) : [])));
  return Object.fromEntries(
    [...inputNames].map(([name, input]) => {
      // What is read and not defined is asked for: a value is never made up.
      const variable = ownEntry(playbook.playbook_variables, name) ?? { type: 'string' };
      const value = defaultOf(variable);
      return [
        input,
        {
          type: inputTypes[celTypeOf(variable.type)],
          ...(value === undefined ? (assigned.has(name) ? { optional: true } : {}) : { default: value }),
          ...(variable.description === undefined ? {} : { description: variable.description.slice(0, 500) }),
        },
      ];
    }),
  );
}

/** A value that does not fit its type stays text: the compiler then says where. */
function defaultOf({ type, value }: CacaoVariable): Json | undefined {
  if (typeof value !== 'string') return undefined;
  if (celTypeOf(type) === 'string') return value;
  try {
    return JSON.parse(value.toLowerCase() === 'true' || value.toLowerCase() === 'false' ? value.toLowerCase() : value) as Json;
  } catch {
    return value;
  }
}

function uncompiled(error: EdictError): CacaoFault {
  return {
    code: 'cacao-unsupported',
    severity: 'error',
    pointer: '/workflow',
    message: `what came out is no playbook: ${error.message}`,
    expected: error.help ?? error.expected ?? 'a playbook that compiles',
  };
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, withoutUndefined(entry)]),
  );
}
