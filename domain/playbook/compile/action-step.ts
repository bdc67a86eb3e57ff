/** Compiles an action against the catalogue: its inputs, and for an effect how it is undone. */
import { actions, type ActionName, type ActionSpec } from '../actions.ts';
import { parseDuration } from '../duration.ts';
import type { RetryPlan, Templates } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { suggest } from '../suggest.ts';
import { checkDuration } from './approval-step.ts';
import { celTypes, compileTemplate, type Names } from './expressions.ts';
import type { SourcePath } from './source.ts';
import { compileOutputs, namesOf, type Block, type Compiling, type Part } from './steps.ts';
import { isAction } from './survey.ts';

const undoActions: ReadonlySet<string> = new Set(Object.values(actions).flatMap((spec: ActionSpec) => spec.undo ?? []));

export function actionPart(compiling: Compiling, source: SourceStep, at: SourcePath, block: Block): Part<'action'> {
  const name = source.action ?? '';
  if (!isAction(name)) refuseUnknownAction(compiling, source, name, at);
  const spec: ActionSpec | undefined = isAction(name) ? actions[name] : undefined;
  const approval = compiling.survey.coveredBy.get(source.id);
  // What an approval covers has to be known when it is asked for.
  const names: Names =
    approval === undefined ? namesOf(block) : { ...namesOf(block), visible: compiling.visibleAt.get(approval) ?? new Set() };
  if (source.lease !== undefined) checkDuration(compiling, source.lease, [...at, 'lease'], source.id);
  return {
    kind: 'action',
    action: name as ActionName,
    params: compileParams(compiling, source, spec, at, names),
    timeoutMs: source.timeout === undefined ? undefined : parseDuration(source.timeout),
    retry: source.retry ? retryOf(source.retry) : undefined,
    reason: source.reason,
    undo: undoOf(compiling, source, spec, at),
    lease:
      source.lease === undefined
        ? undefined
        : compileTemplate(compiling, source.lease, names, { at: [...at, 'lease'], step: source.id, expect: ['string'] }),
    outputs: compileOutputs(compiling, source, at, namesOf(block)),
    approval,
  };
}

function refuseUnknownAction(compiling: Compiling, source: SourceStep, name: string, at: SourcePath): void {
  const near = suggest(name, Object.keys(actions));
  compiling.issues.push({
    code: 'playbook-invalid',
    at: [...at, 'action'],
    text: `unknown action \`${name}\` in step \`${source.id}\``,
    help: near ? `did you mean \`${near}\`?` : undefined,
  });
}

function compileParams(compiling: Compiling, source: SourceStep, spec: ActionSpec | undefined, at: SourcePath, names: Names): Templates {
  const given = source.with ?? {};
  const place = (name: string) => [...at, 'with', name];
  for (const [name, input] of Object.entries(spec?.inputs ?? {})) {
    if (!input.optional && !Object.hasOwn(given, name))
      compiling.issues.push({
        code: 'playbook-invalid',
        at,
        text: `step \`${source.id}\` @ lacks \`${name}\` of action \`${source.action}\``,
      });
  }
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const input = spec && Object.hasOwn(spec.inputs, name) ? spec.inputs[name] : undefined;
      if (spec && !input) refuseUnknownParam(compiling, source, name, spec, place(name));
      const expect =
        input && input.type !== 'any' && input.type !== 'asset' && input.type !== 'indicator' ? [celTypes[input.type]] : undefined;
      return [name, compileTemplate(compiling, value, names, { at: place(name), step: source.id, expect })];
    }),
  );
}

function refuseUnknownParam(compiling: Compiling, source: SourceStep, name: string, spec: ActionSpec, at: SourcePath): void {
  const near = suggest(name, Object.keys(spec.inputs));
  compiling.issues.push({
    code: 'playbook-invalid',
    at,
    text: `action \`${source.action}\` takes no \`${name}\` in step \`${source.id}\``,
    help: near ? `did you mean \`${near}\`?` : `it takes ${Object.keys(spec.inputs).join(', ') || 'nothing'}`,
  });
}

function undoOf(compiling: Compiling, source: SourceStep, spec: ActionSpec | undefined, at: SourcePath): ActionName | undefined {
  const refuse = (text: string, help?: string): undefined =>
    void compiling.issues.push({ code: 'playbook-invalid', at: source.undo === undefined ? at : [...at, 'undo'], text, help });
  if (!spec) return undefined;
  const { undo, id } = source;
  if (spec.does !== 'effect')
    return undo === undefined && source.lease === undefined
      ? undefined
      : refuse(`step \`${id}\` @ has nothing to undo: action \`${source.action}\` changes nothing outside`);
  if (undo === undefined || undo === 'none') {
    if (source.lease !== undefined) return refuse(`step \`${id}\` @ has a lease and no undo`, 'a lease ends by its undo');
    return explained(source, spec)
      ? undefined
      : refuse(
          `step \`${id}\` @ does not say how it is undone`,
          spec.undo ? `add \`undo: ${spec.undo}\`, or \`undo: none\` with a \`reason\`` : 'add `undo: none` with a `reason`',
        );
  }
  if (!isAction(undo))
    return refuse(`unknown action \`${undo}\` in step \`${id}\``, spec.undo ? `did you mean \`${spec.undo}\`?` : undefined);
  if (spec.undo !== undefined && undo !== spec.undo)
    return refuse(`action \`${undo}\` does not undo \`${source.action}\` in step \`${id}\``, `did you mean \`${spec.undo}\`?`);
  return undo;
}

/** An effect may stand without undo: with a reason, or when it is itself an undo. */
function explained(source: SourceStep, spec: ActionSpec): boolean {
  if (source.undo === 'none') return source.reason !== undefined;
  return undoActions.has(source.action ?? '') || (spec.undo === undefined && source.reason !== undefined);
}

function retryOf({ attempts, backoff }: { readonly attempts: number; readonly backoff: string }): RetryPlan {
  const [first = '1s', last] = backoff.split('..');
  const firstMs = parseDuration(first);
  return { attempts, firstMs, maxMs: Math.max(firstMs, last === undefined ? firstMs : parseDuration(last)) };
}
