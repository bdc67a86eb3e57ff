/** A command that no rule maps, or that is for a person, as a task: the exact command, by what, and on what. What a person gives are the variables. */
import { EdictError } from '../../errors.ts';
import type { SourceManual, SourceStep } from '../playbook.schema.ts';
import { celTypeOf } from './condition-cel.ts';
import { outputName, resolverOf, type Importing } from './import-context.ts';
import { addressOf, commandText, foreignText } from './mapping.ts';
import type { MappedPerson } from './mapping.schema.ts';
import { textOfBase64 } from './base64.ts';
import { ownEntry, type CacaoAgentTarget, type CacaoCommand, type CacaoId, type CacaoStepOf } from './model.ts';

type Action = CacaoStepOf<'action'>;

/** Where neither the step nor the mapping has a deadline. */
const patience = '1d';
const longest = 4_000;

export type Manual = {
  readonly step: Action;
  readonly command: CacaoCommand;
  readonly person: MappedPerson;
  /** Variables that the person gives. */
  readonly gives: readonly string[];
};

/** Throws `input-invalid`. */
export function manualStep(importing: Importing, { step, command, person, gives }: Manual): Omit<SourceStep, 'id'> {
  const { roles = person.people === undefined ? ['analyst'] : [], people = [], expires, remind = [] } = person;
  const outputs = Object.fromEntries(gives.map((name) => [outputName(name), outputOf(importing, step, name)]));
  const task = {
    ...(roles.length === 0 ? {} : { roles }),
    ...(people.length === 0 ? {} : { people }),
    instructions: instructionsOf(importing, step, command),
    expires: expires ?? (step.timeout === undefined || step.timeout === 0 ? patience : `${step.timeout}ms`),
    ...(remind.length === 0 ? {} : { remind }),
    ...(gives.length === 0 ? {} : { outputs }),
    // Silence is a failure, which the document may handle.
    on_expired: { fail: 'nobody did it in time' },
  };
  return { manual: task as SourceManual };
}

function outputOf({ playbook }: Importing, step: Action, name: string) {
  const variable = ownEntry(playbook.playbook_variables, name) ?? ownEntry(step.step_variables, name);
  const description = variable?.description?.slice(0, 500);
  return { type: celTypeOf(variable?.type ?? 'string'), ...(description ? { description } : {}) };
}

function instructionsOf(importing: Importing, step: Action, command: CacaoCommand): string {
  const resolve = resolverOf(importing, step);
  const { agent_definitions: agents, target_definitions: targets } = importing.playbook;
  const named = (id: CacaoId): string => whoIs(ownEntry(targets, id) ?? ownEntry(agents, id), id);
  const lines = [
    ...(step.description === undefined ? [] : [step.description, '']),
    command.type === 'manual' ? 'Do this:' : `Run this (${command.type}):`,
    ...sayingOf(command).map((line) => `  ${line}`),
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    `By: ${named(step.agent)}`,
    ...(step.targets ?? []).map((id) => `On: ${named(id)}`),
  ];
  const text = foreignText(lines.join('\n'), resolve);
  if (text.length <= longest) return text;
  throw new EdictError('input-invalid', `a command of ${text.length} characters is too long for a task`, {
    expected: `at most ${longest}, or a rule that maps it`,
  });
}

/** Name, kind and address, as far as they are given. */
function whoIs(party: CacaoAgentTarget | undefined, id: CacaoId): string {
  if (party === undefined) return id;
  const address = addressOf(party);
  return `${party.name} (${party.type}${address === party.name ? '' : `, ${address}`})`;
}

/** The whole command: of a call, its headers and content too. */
function sayingOf(command: CacaoCommand): readonly string[] {
  const {
    type: _type,
    description: _description,
    command: _command,
    ...rest
  } = command as CacaoCommand & { readonly [key: string]: unknown };
  const more = Object.entries(rest).flatMap(([key, value]) => (key === 'command_b64' || value === undefined ? [] : partLines(key, value)));
  // What is no text is shown as it stands.
  const said = commandText(command) ?? ('command_b64' in command ? command.command_b64 : undefined) ?? '';
  return [...said.split('\n'), ...more];
}

function partLines(key: string, value: unknown): readonly string[] {
  if (key === 'content_b64' && typeof value === 'string') return [`content: ${textOfBase64(value) ?? value}`];
  if (key === 'headers' && typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, values]) => `${name}: ${[values].flat().join(', ')}`);
  return [`${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
}
