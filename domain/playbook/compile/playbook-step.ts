/**
 * Compiles the call of another playbook. With a catalogue of the playbooks that there are, what is given is checked against what the
 * called one takes, and a playbook that would come back to itself is refused.
 */
import { wayBack, type KnownPlaybook } from '../publishing/catalogue.ts';
import { EdictError } from '../../errors.ts';
import type { Json } from '../../json.ts';
import { resolveInputs } from '../inputs.ts';
import type { PlanInput, Templates } from '../plan.ts';
import type { SourceChild, SourceStep } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import { namesOf, type Build, type Compiling } from './block.ts';
import { compileTemplate, type Names } from './expressions.ts';
import { celTypes } from './step-schema.ts';
import type { SourcePath } from './source.ts';

type Here = { readonly compiling: Compiling; readonly source: SourceStep; readonly child: SourceChild; readonly at: SourcePath };

export const playbookPart: Build<'playbook'> = (compiling, source, at, block) => {
  const child = source.playbook as SourceChild;
  const here: Here = { compiling, source, child, at };
  const known = knownChild(here);
  if (known) checkAccept(here, known);
  const { wait, accept, version } = child;
  return {
    kind: 'playbook',
    playbook: child.name,
    ...(version === undefined ? {} : { version }),
    params: compileParams(here, known, namesOf(block)),
    ...(wait ? {} : { detach: true }),
    accept,
    ...undoOf(here),
  };
};

function complain({ compiling, at }: Here, path: SourcePath, text: string, help?: string): void {
  compiling.issues.push({ code: 'playbook-invalid', at: [...at, ...path], text, help });
}

const didYouMean = (near: string | undefined): string | undefined => (near === undefined ? undefined : `did you mean \`${near}\`?`);

/** Undefined where there is no catalogue, and where it does not have the playbook, which is a fault. */
function knownChild(here: Here): KnownPlaybook | undefined {
  const { compiling, source, child } = here;
  const { known, playbook } = compiling;
  if (child.name === playbook) complain(here, ['playbook', 'name'], `playbook \`${playbook}\` calls itself in step \`${source.id}\``);
  if (!known || child.name === playbook) return undefined;
  const found = known.find(child.name, child.version);
  if (found) {
    const way = wayBack(known, playbook, { playbook: child.name, version: child.version });
    if (way) complain(here, ['playbook', 'name'], `step \`${source.id}\` @ would come back to \`${playbook}\`: ${way.join(' → ')}`);
    return found;
  }
  const versions = known.versions(child.name);
  if (versions.length > 0)
    complain(
      here,
      ['playbook', 'version'],
      `no version of playbook \`${child.name}\` fits \`${child.version}\` in step \`${source.id}\``,
      `there is ${versions.join(', ')}`,
    );
  else
    complain(
      here,
      ['playbook', 'name'],
      `unknown playbook \`${child.name}\` in step \`${source.id}\``,
      didYouMean(suggest(child.name, known.names)),
    );
  return undefined;
}

function checkAccept(here: Here, { playbook, outcomes }: KnownPlaybook): void {
  here.child.accept.forEach((outcome, index) => {
    if (outcomes.includes(outcome)) return;
    const help = didYouMean(suggest(outcome, outcomes)) ?? `it ends as ${outcomes.join(', ')}`;
    complain(
      here,
      ['playbook', 'accept', index],
      `playbook \`${playbook}\` never ends as \`${outcome}\` in step \`${here.source.id}\``,
      help,
    );
  });
}

function compileParams(here: Here, known: KnownPlaybook | undefined, names: Names): Templates {
  const { compiling, source, child, at } = here;
  if (known) requireInputs(here, known);
  return Object.fromEntries(
    Object.entries(child.with).map(([name, value]) => {
      const input = known && Object.hasOwn(known.inputs, name) ? known.inputs[name] : undefined;
      if (known && !input) refuseInput(here, known, name);
      const place = { at: [...at, 'playbook', 'with', name], step: source.id, expect: input && expected(input) };
      const template = compileTemplate(compiling, value, names, place);
      if (known && input && template.is === 'value') checkValue(here, known, name, template.value);
      return [name, template];
    }),
  );
}

/** A bare name stands for an asset, a bare value for an indicator: anything may be meant. */
function expected({ type }: PlanInput): readonly string[] | undefined {
  if (type === 'any' || type === 'asset' || type === 'indicator') return undefined;
  return type === 'double' ? ['double', 'int'] : [celTypes[type]];
}

function requireInputs(here: Here, { playbook, inputs }: KnownPlaybook): void {
  for (const [name, { optional, default: fallback, from }] of Object.entries(inputs))
    if (!optional && fallback === undefined && from === undefined && !Object.hasOwn(here.child.with, name))
      complain(here, ['playbook'], `step \`${here.source.id}\` @ lacks input \`${name}\` of playbook \`${playbook}\``);
}

function refuseInput(here: Here, { playbook, inputs }: KnownPlaybook, name: string): void {
  const names = Object.keys(inputs);
  complain(
    here,
    ['playbook', 'with', name],
    `playbook \`${playbook}\` takes no \`${name}\` in step \`${here.source.id}\``,
    didYouMean(suggest(name, names)) ?? `it takes ${names.join(', ') || 'nothing'}`,
  );
}

/** Limits, of what stands in the text. */
function checkValue(here: Here, { playbook, inputs }: KnownPlaybook, name: string, value: Json): void {
  const spec = inputs[name];
  if (!spec) return;
  try {
    resolveInputs({ playbook, inputs: { [name]: spec } }, { [name]: value });
  } catch (error) {
    if (!(error instanceof EdictError)) throw error;
    complain(here, ['playbook', 'with', name], `${error.message} in step \`${here.source.id}\``, error.expected);
  }
}

/** What a child did is taken back with the rest unless the playbook says why not. A detached one is on its own. */
function undoOf(here: Here): { readonly undo?: 'child'; readonly reason?: string } {
  const { source, child } = here;
  const { id, undo, reason } = source;
  if (undo !== undefined && undo !== 'none' && undo !== 'child')
    complain(here, ['undo'], `what a playbook did is taken back as it was done, in step \`${id}\``, 'say `child` or `none`');
  if (!child.wait) {
    if (undo !== undefined) complain(here, ['undo'], `step \`${id}\` @ waits for nothing: what its run does is that run’s own`);
    return reason === undefined ? {} : { reason };
  }
  if (undo !== 'none') return { undo: 'child' };
  if (reason === undefined) complain(here, ['undo'], `step \`${id}\` @ leaves what its run did, and does not say why`, 'add a `reason`');
  return reason === undefined ? {} : { reason };
}
