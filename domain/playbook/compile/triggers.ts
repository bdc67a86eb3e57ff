/** Compiles what starts a playbook. A schedule and the end of another playbook give it inputs, which may read `trigger` and nothing else. */
import { EdictError } from '../../errors.ts';
import { parseDuration } from '../duration.ts';
import { celEnvironment } from '../expression.ts';
import type { PlanInput, ScheduleTrigger, Templates, Trigger } from '../plan.ts';
import type { SourcePlaybook, SourceTrigger } from '../playbook.schema.ts';
import { checkTimes, shortestEveryMs } from '../publishing/schedule.ts';
import { suggest } from '../suggest.ts';
import type { Compiling } from './block.ts';
import { compileCel, compileTemplate } from './expressions.ts';
import { celTypes } from './step-schema.ts';
import type { SourcePath } from './source.ts';

type Here = { readonly compiling: Compiling; readonly playbook: SourcePlaybook; readonly at: SourcePath };
type Of<K extends string> = Extract<SourceTrigger, { readonly [key in K]: unknown }>[K &
  keyof Extract<SourceTrigger, { readonly [key in K]: unknown }>];

export function triggersOf(compiling: Compiling, playbook: SourcePlaybook): readonly Trigger[] {
  const names = { visible: new Set<string>(), loopNames: [] };
  return playbook.triggers.map((trigger, index): Trigger => {
    const at = ['triggers', index];
    if ('manual' in trigger) return { kind: 'manual', roles: trigger.manual.roles };
    if ('schedule' in trigger) return scheduleOf({ compiling, playbook, at: [...at, 'schedule'] }, trigger.schedule);
    if ('playbook' in trigger) return followerOf({ compiling, playbook, at: [...at, 'playbook'] }, trigger.playbook);
    return { kind: 'signal', when: compileCel(compiling, trigger.signal.when, names, { at: [...at, 'signal', 'when'], expect: ['bool'] }) };
  });
}

function complain({ compiling, at }: Here, path: SourcePath, text: string, help?: string): void {
  compiling.issues.push({ code: 'playbook-invalid', at: [...at, ...path], text, help });
}

function scheduleOf(here: Here, { every, cron, timezone, inputs }: Of<'schedule'>): ScheduleTrigger {
  const everyMs = every === undefined ? undefined : parseDuration(every);
  if (everyMs !== undefined && everyMs < shortestEveryMs)
    complain(here, ['every'], `a schedule @ of every ${every} is too often`, `at least ${shortestEveryMs / 1000}s`);
  try {
    checkTimes({ cron, timezone });
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    complain(here, [error.message.includes('time zone') ? 'timezone' : 'cron'], `${error.message} @`, error.expected);
  }
  return {
    kind: 'schedule',
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(cron === undefined ? {} : { cron }),
    ...(timezone === undefined ? {} : { timezone }),
    inputs: compileInputs(here, inputs, { at: 'string' }),
  };
}

function followerOf(here: Here, { name, outcome, inputs }: Of<'playbook'>): Trigger {
  const outcomes = Array.isArray(outcome) ? outcome : [outcome];
  const known = here.compiling.known?.find(name);
  if (name === here.compiling.playbook) complain(here, ['name'], `playbook \`${name}\` @ would start itself for ever`);
  else if (here.compiling.known && !known) {
    const near = suggest(name, here.compiling.known.names);
    complain(here, ['name'], `unknown playbook \`${name}\` @ in a trigger`, near === undefined ? undefined : `did you mean \`${near}\`?`);
  }
  for (const one of outcomes)
    if (known && !known.outcomes.includes(one))
      complain(here, ['outcome'], `playbook \`${name}\` @ never ends as \`${one}\``, `it ends as ${known.outcomes.join(', ')}`);
  const text = 'string';
  const schema = {
    run: text,
    playbook: text,
    version: text,
    outcome: text,
    requester: text,
    inputs: 'map',
    outputs: known?.outputs ?? 'map',
  };
  return { kind: 'playbook', playbook: name, outcomes, inputs: compileInputs(here, inputs, schema) };
}

type Schema = { readonly [name: string]: string | { readonly [name: string]: string } };

/** Checked against what the playbook itself takes. */
function compileInputs(here: Here, given: Of<'schedule'>['inputs'], schema: Schema): Templates {
  const { playbook } = here;
  for (const [name, spec] of Object.entries(playbook.inputs))
    if (isNeeded(spec as PlanInput) && !Object.hasOwn(given, name))
      complain(here, [], `a trigger @ gives no \`${name}\`, which the playbook needs`, 'add it under `inputs`');
  const environment = celEnvironment(false);
  const fields = Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, isEmpty(type) ? 'map' : type]));
  environment.registerVariable({ name: 'trigger', schema: fields });
  // Nothing has run by then, and there is no signal: `trigger` is the only name.
  const survey = { ...here.compiling.survey, steps: new Map() };
  const checker = { ...here.compiling, survey, environment, hyphened: undefined };
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const at = [...here.at, 'inputs', name];
      const spec = Object.hasOwn(playbook.inputs, name) ? playbook.inputs[name] : undefined;
      if (!spec) refuseInput(here, name);
      const expect = spec && !['any', 'asset', 'indicator'].includes(spec.type) ? [celTypes[spec.type]] : undefined;
      return [name, compileTemplate(checker, value, { visible: new Set(), loopNames: ['trigger'] }, { at, expect })];
    }),
  );
}

const isEmpty = (type: Schema[string]): boolean => typeof type === 'object' && Object.keys(type).length === 0;

const isNeeded = ({ optional, default: fallback }: PlanInput): boolean => !optional && fallback === undefined;

function refuseInput(here: Here, name: string): void {
  const names = Object.keys(here.playbook.inputs);
  const near = suggest(name, names);
  complain(
    here,
    ['inputs', name],
    `the playbook @ takes no \`${name}\``,
    near === undefined ? `it takes ${names.join(', ') || 'nothing'}` : `did you mean \`${near}\`?`,
  );
}
