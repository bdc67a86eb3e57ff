/** Action steps: ours by their extensions, foreign ones command by command through the mapping. */
import type { JsonObject } from '../../json.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { stepExtension, textIn } from './extensions.ts';
import { bareName } from './check-variables.ts';
import { freshId, orReport, outputName, report, resolverOf, type Importing } from './import-context.ts';
import { manualStep } from './import-manual.ts';
import type { MappedPerson } from './mapping.schema.ts';
import { commandText, fillInputs, matchCommand, namesTarget, type Match } from './mapping.ts';
import { ownEntry, type CacaoAgentTarget, type CacaoCommand, type CacaoId, type CacaoStepOf } from './model.ts';

type Action = CacaoStepOf<'action'>;
type Named = { readonly id: string; readonly title?: string };

export function importAction(importing: Importing, id: CacaoId, step: Action, named: Named): readonly SourceStep[] {
  const own = stepExtension(step, 'step');
  if (own !== undefined) return [ownStep(step, own, named)];
  const steps: SourceStep[] = [];
  step.commands.forEach((command, index) =>
    steps.push(...foreignSteps(importing, { id, step, command, index, made: steps }, steps.length === 0 ? named : undefined)),
  );
  checkGiven(importing, id, step, steps);
  return steps;
}

function ownStep(step: Action, own: JsonObject, named: Named): SourceStep {
  const whole = own['source'];
  if (whole !== undefined) return whole as unknown as SourceStep;
  const { step_id: _id, titled: _titled, inputs, on_failure: _failure, ...form } = own;
  const approval = stepExtension(step, 'approval');
  const undo = stepExtension(step, 'undo');
  const lease = leaseOf(stepExtension(step, 'lease'));
  return {
    ...named,
    ...form,
    ...(inputs === undefined ? {} : { with: inputs }),
    ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
    ...(undo === undefined
      ? {}
      : {
          ...(undo['manual'] === undefined ? {} : { undo: { manual: undo['manual'] } }),
          ...(textIn(undo, 'action') === undefined ? {} : { undo: textIn(undo, 'action') }),
          ...(textIn(undo, 'reason') === undefined ? {} : { reason: textIn(undo, 'reason') }),
        }),
    ...(lease === undefined ? {} : { lease }),
  } as unknown as SourceStep;
}

function leaseOf(extension: JsonObject | undefined): SourceStep['lease'] {
  const duration = textIn(extension, 'duration');
  const extend = extension?.['extend'];
  return duration === undefined || extend === undefined ? duration : { for: duration, extend: extend as string[] };
}

function approvalOf({ covers, ...asked }: JsonObject): JsonObject {
  return { of: covers ?? [], ...asked };
}

type Foreign = {
  readonly id: CacaoId;
  readonly step: Action;
  readonly command: CacaoCommand;
  readonly index: number;
  /** Of the commands before it. */
  readonly made: readonly SourceStep[];
};

function foreignSteps(importing: Importing, foreign: Foreign, named: Named | undefined): readonly SourceStep[] {
  const { id, step, command, index } = foreign;
  const match = matchCommand(command, importing.mapping);
  const person = personFor(importing, match);
  if (person !== undefined) return manualSteps(importing, foreign, person, named);
  if (match === undefined) {
    report(importing, id, unmapped(command), 'commands', index);
    return [];
  }
  const targets = namesTarget(match.rule) ? (step.targets ?? []) : [undefined];
  if (targets.length === 0)
    report(
      importing,
      id,
      {
        code: 'cacao-unmapped',
        message: 'has no target, which the mapping asks for',
        expected: '`targets`, or a mapping without `$target`',
      },
      'targets',
    );
  return targets.flatMap((target, place) => {
    const made = orReport(importing, id, ['commands', index], () => mapped(importing, foreign, match, target));
    if (made === undefined) return [];
    const name = place === 0 && named ? named : { id: freshId(importing, `${step.name ?? 'action'} ${index + place + 1}`) };
    return [{ ...name, ...made }];
  });
}

/** Who does it, where that is a person; undefined for an action, and for what is refused. */
function personFor({ mapping: { manual = {} } }: Importing, match: Match | undefined): MappedPerson | undefined {
  const others = manual === 'refuse' ? {} : manual;
  if (match !== undefined) return match.rule.manual === true ? others : match.rule.manual;
  return manual === 'refuse' ? undefined : others;
}

// oxlint-disable-next-line max-params -- the walk's, who does it, and the name
function manualSteps(
  importing: Importing,
  { id, step, command, index, made }: Foreign,
  person: MappedPerson,
  named: Named | undefined,
): readonly SourceStep[] {
  const last = index === step.commands.length - 1;
  const gives = last ? (step.out_args ?? []).map(bareName).filter((name) => !made.some((each) => gaveBy(each, name))) : [];
  const task = orReport(importing, id, ['commands', index], () => manualStep(importing, { step, command, person, gives }));
  if (task === undefined) return [];
  if (command.type !== 'manual') report(importing, id, handedOver(command), 'commands', index);
  return [{ ...(named ?? { id: freshId(importing, `${step.name ?? 'action'} ${index + 1}`) }), ...task }];
}

function handedOver({ type }: CacaoCommand) {
  return {
    code: 'cacao-manual',
    severity: 'warning',
    message: `has a \`${type}\` command that is no action here: a person is asked to do it`,
    expected: 'a rule of the mapping file, where a machine is to do it',
  } as const;
}

function unmapped(command: CacaoCommand): { readonly code: 'cacao-unmapped'; readonly message: string; readonly expected: string } {
  const text = commandText(command) ?? '';
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return {
    code: 'cacao-unmapped',
    message: `has a \`${command.type}\` command that is no action here: \`${shown}\``,
    expected: `a rule of the mapping file: { type: ${JSON.stringify(command.type)}, match: ${JSON.stringify(shown)}, action: … }`,
  };
}

function mapped(importing: Importing, { step }: Foreign, match: Match, target: CacaoId | undefined): Omit<SourceStep, 'id'> {
  const { rule } = match;
  const definitions = importing.playbook;
  const find = (id: CacaoId | undefined): CacaoAgentTarget | undefined =>
    id === undefined ? undefined : (ownEntry(definitions.target_definitions, id) ?? ownEntry(definitions.agent_definitions, id));
  const inputs = fillInputs({ match, resolve: resolverOf(importing, step), target: find(target), agent: find(step.agent) });
  const outputs = Object.entries(rule.outputs).map(([name, cel]) => [outputName(name), cel] as const);
  const timeout = rule.timeout ?? (step.timeout === undefined || step.timeout === 0 ? undefined : `${step.timeout}ms`);
  return {
    action: rule.action ?? '',
    with: inputs as NonNullable<SourceStep['with']>,
    ...(timeout === undefined ? {} : { timeout }),
    ...(rule.retry === undefined ? {} : { retry: { attempts: rule.retry.attempts, backoff: rule.retry.backoff ?? '1s..1m' } }),
    ...(rule.undo === undefined ? {} : { undo: rule.undo }),
    ...(rule.reason === undefined ? {} : { reason: rule.reason }),
    ...(rule.lease === undefined ? {} : { lease: rule.lease }),
    ...(outputs.length === 0 ? {} : { outputs: Object.fromEntries(outputs) }),
  };
}

/** What the step is said to give must be given by a rule; from here on the variables have these values. */
function checkGiven(importing: Importing, id: CacaoId, step: Action, steps: readonly SourceStep[]): void {
  const missing = (step.out_args ?? []).map(bareName).filter((name) => !give(importing, name, step, steps));
  for (const name of steps.length === 0 ? [] : missing)
    report(
      importing,
      id,
      {
        code: 'cacao-unmapped',
        message: `gives \`${name}\`, and no mapping says how`,
        expected: `\`outputs: { ${name}: … }\` in the mapping`,
      },
      'out_args',
    );
}

function give(importing: Importing, name: string, step: Action, steps: readonly SourceStep[]): boolean {
  const giver = steps.findLast((made) => gaveBy(made, name));
  if (giver === undefined) return false;
  const type = (ownEntry(importing.playbook.playbook_variables, name) ?? ownEntry(step.step_variables, name))?.type ?? 'string';
  importing.assigned.set(name, { cel: `${giver.id}.${outputName(name)}`, type });
  return true;
}

/** By its mapping, or by a person. */
function gaveBy({ outputs = {}, manual }: SourceStep, name: string): boolean {
  return Object.hasOwn(outputs, outputName(name)) || Object.hasOwn(manual?.outputs ?? {}, outputName(name));
}
