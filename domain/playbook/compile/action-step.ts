/** Compiles an action against the catalogue: its inputs, and for an effect how it is undone. */
import { actions, type ActionName, type ActionSpec } from '../actions.ts';
import type { Templates } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import { namesOf, type Build, type Compiling } from './block.ts';
import { checkDuration, compileTemplate, compileValues, type Names } from './expressions.ts';
import { celTypes } from './step-schema.ts';
import type { SourcePath } from './source.ts';
import { isAction } from './survey.ts';
import { timingOf } from './timing.ts';

type Here = { readonly compiling: Compiling; readonly source: SourceStep; readonly at: SourcePath; readonly spec: ActionSpec | undefined };

const undoActions: ReadonlySet<string> = new Set(Object.values(actions).flatMap((spec: ActionSpec) => spec.undo ?? []));

export const actionPart: Build<'action'> = (compiling, source, at, block) => {
  const { id, action: name = '', reason } = source;
  const { lease, extend, path } = leaseParts(source);
  const here: Here = { compiling, source, at, spec: isAction(name) ? actions[name] : undefined };
  if (!here.spec) complain(here, 'action', `unknown action \`${name}\` in step \`${id}\``, didYouMean(suggest(name, Object.keys(actions))));
  const approval = compiling.survey.coveredBy.get(id);
  // What an approval covers has to be known when it is asked for.
  const names: Names =
    approval === undefined ? namesOf(block) : { ...namesOf(block), visible: compiling.visibleAt.get(approval) ?? new Set() };
  if (lease !== undefined) checkDuration(compiling, lease, { at: [...at, ...path], step: id });
  return {
    kind: 'action',
    action: name as ActionName,
    params: compileParams(here, names),
    ...timingOf(source),
    reason,
    undo: undoOf(here),
    ...(lease === undefined
      ? {}
      : { lease: compileTemplate(compiling, lease, names, { at: [...at, ...path], step: id, expect: ['string'] }) }),
    ...(extend === undefined ? {} : { extend }),
    outputs: compileValues(compiling, source, [...at, 'outputs'], { ...namesOf(block), resultOf: name }),
    approval,
  };
};

type LeaseParts = { readonly lease: string | undefined; readonly extend: readonly string[] | undefined; readonly path: readonly string[] };

/** `4h`, or `{ for: 4h, extend: [roles] }`. */
export function leaseParts({ lease }: SourceStep): LeaseParts {
  if (typeof lease !== 'object') return { lease, extend: undefined, path: ['lease'] };
  return { lease: lease.for, extend: lease.extend, path: ['lease', 'for'] };
}

const didYouMean = (near: string | undefined): string | undefined => (near === undefined ? undefined : `did you mean \`${near}\`?`);

function complain({ compiling, source, at }: Here, key: 'action' | 'undo' | undefined, text: string, help?: string): void {
  compiling.issues.push({ code: 'playbook-invalid', at: key !== undefined && source[key] !== undefined ? [...at, key] : at, text, help });
}

function compileParams(here: Here, names: Names): Templates {
  const { compiling, source, at, spec } = here;
  const given = source.with ?? {};
  for (const [name, input] of Object.entries(spec?.inputs ?? {})) {
    if (!input.optional && !Object.hasOwn(given, name))
      complain(here, undefined, `step \`${source.id}\` @ lacks \`${name}\` of action \`${source.action}\``);
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const input = spec && Object.hasOwn(spec.inputs, name) ? spec.inputs[name] : undefined;
      if (spec && !input) refuseParam(here, name, spec);
      const expect = input && !['any', 'asset', 'indicator'].includes(input.type) ? [celTypes[input.type]] : undefined;
      return [name, compileTemplate(compiling, value, names, { at: [...at, 'with', name], step: source.id, expect })];
    }),
  );
}

function refuseParam({ compiling, source, at }: Here, name: string, spec: ActionSpec): void {
  const known = Object.keys(spec.inputs);
  compiling.issues.push({
    code: 'playbook-invalid',
    at: [...at, 'with', name],
    onKey: true,
    text: `action \`${source.action}\` takes no \`${name}\` in step \`${source.id}\``,
    help: didYouMean(suggest(name, known)) ?? `it takes ${known.join(', ') || 'nothing'}`,
  });
}

function undoOf(here: Here): ActionName | undefined {
  const { source, spec } = here;
  const { undo, id, lease, action } = source;
  if (!spec) return undefined;
  if (spec.does !== 'effect') {
    if (undo !== undefined || lease !== undefined)
      complain(here, 'undo', `step \`${id}\` @ has nothing to undo: action \`${action}\` changes nothing outside`);
    return undefined;
  }
  if (typeof undo === 'object') {
    complain(here, 'undo', `step \`${id}\` @ is undone by an action, not by a person`, didYouMean(spec.undo));
    return undefined;
  }
  if (undo !== undefined && undo !== 'none') return namedUndo(here, undo, spec);
  if (lease !== undefined) complain(here, 'undo', `step \`${id}\` @ has a lease and no undo`, 'a lease ends by its undo');
  else if (!explained(source, spec))
    complain(
      here,
      'undo',
      `step \`${id}\` @ does not say how it is undone`,
      spec.undo ? `add \`undo: ${spec.undo}\`, or \`undo: none\` with a \`reason\`` : 'add `undo: none` with a `reason`',
    );
  return undefined;
}

function namedUndo(here: Here, undo: string, spec: ActionSpec): ActionName | undefined {
  const { id, action } = here.source;
  if (!isAction(undo)) complain(here, 'undo', `unknown action \`${undo}\` in step \`${id}\``, didYouMean(spec.undo));
  else if (undo !== spec.undo)
    complain(here, 'undo', `action \`${undo}\` does not undo \`${action}\` in step \`${id}\``, didYouMean(spec.undo));
  else return undo;
  return undefined;
}

/** An effect may stand without undo: with a reason, or when it is itself an undo. */
function explained({ undo, reason, action = '' }: SourceStep, spec: ActionSpec): boolean {
  if (undo === 'none') return reason !== undefined;
  return undoActions.has(action) || (spec.undo === undefined && reason !== undefined);
}
