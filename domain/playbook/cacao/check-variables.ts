/** Variables of a CACAO document: each that is read must be defined, and every condition must be one. */
import { EdictError } from '../../errors.ts';
import { parseCondition, parseOperand, variablesOf } from './condition.ts';
import { pointerOf, type CacaoFault } from './fault.ts';
import { ownEntry, type CacaoId, type CacaoPlaybook, type CacaoStep } from './model.ts';

const variableName = /^__[A-Za-z][A-Za-z0-9_-]*__$/;
/** §10.18: a variable is read by its name and `:value`. */
const readInText = /(__[A-Za-z][A-Za-z0-9_-]{0,245}__)(:value)?(?![\w-])/g;

/** What every step may read: the playbook's variables, and what any step gives by `out_args`. */
function sharedVariables(playbook: CacaoPlaybook): ReadonlySet<string> {
  const given = Object.values(playbook.workflow).flatMap((other) => ('out_args' in other ? (other.out_args ?? []).map(bareName) : []));
  return new Set([...Object.keys(playbook.playbook_variables ?? {}), ...given]);
}

/** `__ip__:value` → `__ip__`. */
export function bareName(text: string): string {
  return text.replace(/:value$/, '');
}

export function checkVariables(playbook: CacaoPlaybook): readonly CacaoFault[] {
  const shared = sharedVariables(playbook);
  return [
    ...badNames(playbook.playbook_variables, 'playbook_variables'),
    ...Object.entries(playbook.workflow).flatMap(([id, step]) => checkStep(shared, id, step)),
  ];
}

function badNames(variables: object | undefined, ...path: readonly string[]): readonly CacaoFault[] {
  return Object.keys(variables ?? {}).flatMap((name) =>
    variableName.test(name)
      ? []
      : [
          {
            code: 'cacao-variable-missing',
            severity: 'error',
            pointer: pointerOf(...path, name),
            message: `\`${name}\` is no name of a variable`,
            expected: 'a name such as `__address__`',
          } as const,
        ],
  );
}

function checkStep(shared: ReadonlySet<string>, id: CacaoId, step: CacaoStep): readonly CacaoFault[] {
  const known = (name: string): boolean => shared.has(name) || ownEntry(step.step_variables, name) !== undefined;
  const faults = [...badNames(step.step_variables, 'workflow', id, 'step_variables')];
  const missing = (name: string, severity: CacaoFault['severity'], ...path: readonly (string | number)[]): void => {
    if (known(name)) return;
    faults.push({
      code: 'cacao-variable-missing',
      severity,
      pointer: pointerOf('workflow', id, ...path),
      step: id,
      message: `step \`${step.name ?? id}\` reads variable \`${name}\`, which is not defined`,
      expected: `\`${name}\` in \`playbook_variables\` or \`step_variables\``,
    });
  };
  if (step.type === 'if-condition' || step.type === 'while-condition')
    readOr(faults, id, 'condition', () => {
      for (const name of variablesOf(parseCondition(step.condition))) missing(name, 'error', 'condition');
    });
  if (step.type === 'switch-condition')
    readOr(faults, id, 'switch', () => {
      const operand = parseOperand(step.switch);
      if (operand.is === 'variable') missing(operand.name, 'error', 'switch');
    });
  if ('in_args' in step) step.in_args?.forEach((name, index) => missing(bareName(name), 'error', 'in_args', index));
  if (step.type === 'action')
    step.commands.forEach((command, index) => {
      for (const [key, text] of textsOf(command))
        for (const [, name = '', value] of text.matchAll(readInText))
          // Without `:value` it may be a text that only looks like a variable.
          missing(name, value === undefined ? 'warning' : 'error', 'commands', index, key);
    });
  return faults;
}

/** Read in a command and defined nowhere. */
export function undefinedVariables(playbook: CacaoPlaybook): readonly string[] {
  const shared = sharedVariables(playbook);
  const names = Object.values(playbook.workflow).flatMap((step) => {
    if (step.type !== 'action') return [];
    const read = step.commands.flatMap(textsOf).flatMap(([, text]) => [...text.matchAll(readInText)].map(([, name = '']) => name));
    return read.filter((name) => !shared.has(name) && ownEntry(step.step_variables, name) === undefined);
  });
  return [...new Set(names)];
}

function textsOf(command: object): readonly (readonly [string, string])[] {
  return Object.entries(command).flatMap(([key, value]) => {
    if (key === 'type' || key === 'description' || key.endsWith('_b64')) return [];
    if (key === 'headers') return [[key, JSON.stringify(value)] as const];
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
}

function readOr(faults: CacaoFault[], id: CacaoId, key: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    faults.push({
      code: 'cacao-condition',
      severity: 'error',
      pointer: pointerOf('workflow', id, key),
      step: id,
      message: error.message,
      expected: error.expected ?? 'a comparison expression',
    });
  }
}
