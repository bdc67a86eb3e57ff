/**
 * Roads → blocks. A chain is walked until it ends or arrives where another road goes on; what joins nowhere, or in two places, has
 * no form in blocks and is reported. Each step is brought in once; end steps, which do nothing, as often as they are reached.
 */
import type { SourceFailure, SourceStep } from '../playbook.schema.ts';
import { celOfCondition, celLiteral, celTypeOf } from './condition-cel.ts';
import { parseCondition, parseOperand } from './condition.ts';
import { nextOf, reachableFrom } from './edges.ts';
import { stepExtension, textIn } from './extensions.ts';
import { importAction } from './import-action.ts';
import { importCall } from './import-call.ts';
import { foreignLoop } from './import-loop.ts';
import { freshId, inBranch, orReport, report, resolverOf, type Importing } from './import-context.ts';
import { ownEntry, type CacaoId, type CacaoStep, type CacaoStepOf } from './model.ts';

type Road = {
  /** Where other roads go on: the chain ends before them. */
  readonly stops: ReadonlySet<CacaoId>;
  /** What an end step ends. */
  readonly ends: 'run' | 'branch';
};
/** `arrived`: the stop, or nothing where the road ends by itself. */
type Chain = { readonly steps: SourceStep[]; readonly arrived?: CacaoId | undefined };
type Converted = { readonly steps: SourceStep[]; readonly next: CacaoId | undefined };

export function importBody(importing: Importing): SourceStep[] {
  const { workflow_start: start, workflow_exception: exception, workflow } = importing.playbook;
  const body = chainFrom(importing, start, { stops: new Set(), ends: 'run' }).steps;
  const handler = exception === undefined ? undefined : ownEntry(workflow, exception);
  // An end step handles nothing: the run has failed, and what it did is taken back.
  if (exception === undefined || handler === undefined || handler.type === 'end') return body;
  const handled = inBranch(importing, () => chainFrom(importing, exception, { stops: new Set(), ends: 'run' }).steps);
  return [{ id: freshId(importing, 'main-road'), parallel: { join: 'all', branches: [body] }, on_failure: { steps: handled } }];
}

function chainFrom(importing: Importing, from: CacaoId | undefined, road: Road): Chain {
  const steps: SourceStep[] = [];
  let id = from;
  while (id !== undefined) {
    if (road.stops.has(id)) return { steps, arrived: id };
    const step = ownEntry(importing.playbook.workflow, id);
    if (step === undefined) return { steps };
    if (step.type === 'end') return { steps: [...steps, ...endOf(importing, step, road)] };
    if (importing.emitted.has(id)) {
      report(importing, id, {
        code: 'cacao-unsupported',
        message: 'is reached on two roads that do not meet before it',
        expected: 'roads that branch and meet again',
      });
      return { steps };
    }
    importing.emitted.add(id);
    const made = convert(importing, id, step, road);
    steps.push(...withDelay(importing, step, withTimeout(step, made.steps)));
    id = made.next;
  }
  return { steps };
}

function endOf(importing: Importing, step: CacaoStep, { ends }: Road): SourceStep[] {
  const own = stepExtension(step, 'step');
  const [outcome, message] = [textIn(own, 'outcome'), textIn(own, 'message')];
  if (outcome !== undefined) return [{ ...naming(importing, step, 'end'), end: outcome }];
  if (message !== undefined) return [{ ...naming(importing, step, 'end'), fail: message }];
  if (own?.['implicit'] === true || ends === 'branch') return [];
  return [{ ...naming(importing, step, 'end'), end: 'done' }];
}

/** Our id and title. */
function naming(importing: Importing, step: CacaoStep, suffix?: string): { readonly id: string; readonly title?: string } {
  const own = stepExtension(step, 'step');
  const wanted = textIn(own, 'step_id');
  if (wanted !== undefined && !importing.usedIds.has(wanted)) {
    importing.usedIds.add(wanted);
    const title = step.name === wanted && own?.['titled'] !== true ? undefined : step.name;
    return { id: wanted, ...(title === undefined ? {} : { title }) };
  }
  return {
    id: freshId(importing, step.name ?? (step.type === 'end' ? 'the end' : step.type), suffix),
    ...(step.name ? { title: step.name.slice(0, 200) } : {}),
  };
}

function withDelay(importing: Importing, step: CacaoStep, steps: SourceStep[]): SourceStep[] {
  if (step.delay === undefined || step.delay === 0) return steps;
  return [{ id: freshId(importing, `${step.name ?? step.type} delay`), wait: `${step.delay}ms` }, ...steps];
}

/** Of a step that holds others: of all of them together. Actions and calls have theirs already, and a task its deadline. */
function withTimeout(step: CacaoStep, steps: SourceStep[]): SourceStep[] {
  const held = step.type === 'action' || step.type === 'playbook-action' || stepExtension(step, 'step') !== undefined;
  if (held || step.timeout === undefined || step.timeout === 0) return steps;
  return steps.map((made, index) => (index === 0 ? { ...made, timeout: `${step.timeout}ms` } : made));
}

function convert(importing: Importing, id: CacaoId, step: CacaoStep, road: Road): Converted {
  switch (step.type) {
    case 'start':
    case 'end':
      return { steps: [], next: nextOf(step) };
    case 'action':
      return withFailure(importing, { id, step, road, next: nextOf(step) }, importAction(importing, id, step, naming(importing, step)));
    case 'if-condition':
      return ifOf(importing, id, step, road);
    case 'switch-condition':
      return switchOf(importing, { id, step, road });
    case 'parallel':
      return parallelOf(importing, id, step, road);
    case 'while-condition':
      return whileOf(importing, id, step, road);
    case 'playbook-action':
      return withFailure(importing, { id, step, road, next: nextOf(step) }, importCall(importing, id, step, naming(importing, step)));
  }
}

type Failing = { readonly id: CacaoId; readonly step: CacaoStep; readonly road: Road; readonly next: CacaoId | undefined };

/** Adds what follows a failure. Several commands become one block, so that the failure of any is the step's. */
function withFailure(importing: Importing, failing: Failing, made: readonly SourceStep[]): Converted {
  const { step, next } = failing;
  const onFailure = failureOf(importing, failing);
  if (onFailure === undefined) return { steps: [...made], next };
  const [only, ...others] = made;
  if (only === undefined) return { steps: [], next };
  if (others.length === 0) return { steps: [{ ...only, on_failure: onFailure }], next };
  const block = { id: freshId(importing, `${step.name ?? step.type} all`), parallel: { join: 'all' as const, branches: [[...made]] } };
  return { steps: [{ ...block, on_failure: onFailure }], next };
}

function failureOf(importing: Importing, { id, step, road, next }: Failing): SourceFailure | undefined {
  const own = stepExtension(step, 'step')?.['on_failure'];
  if (own !== undefined) return own as unknown as SourceFailure;
  if (step.on_failure === undefined || stepExtension(step, 'approval') !== undefined) return undefined;
  const stops = next === undefined ? road.stops : new Set([...road.stops, next]);
  const chain = inBranch(importing, () => chainFrom(importing, step.on_failure, { ...road, stops }));
  if (chain.arrived !== undefined && chain.arrived !== next && next !== undefined) jumps(importing, id, 'on_failure');
  return chain.steps.length === 0 ? 'continue' : { steps: chain.steps };
}

function jumps(importing: Importing, id: CacaoId, path: string): void {
  report(
    importing,
    id,
    { code: 'cacao-unsupported', message: 'goes on in the middle of another road', expected: 'roads that branch and meet again' },
    path,
  );
}

/** A step, and the road that it is on. */
type Place = Omit<Failing, 'next'>;
type Branching = { readonly chains: readonly Chain[]; readonly next: CacaoId | undefined };

/** Walks the branches up to where they meet again: `on_completion`, what the extension says, or the first step that all reach. */
function branchesOf(importing: Importing, { id, step, road }: Place, starts: readonly (CacaoId | undefined)[]): Branching {
  const told = textIn(stepExtension(step, 'step'), 'join_step');
  const own = nextOf(step);
  const join = told ?? own ?? joinOf(importing, starts);
  const inner: Road = {
    stops: join === undefined ? road.stops : new Set([...road.stops, join]),
    ends: told === undefined && own !== undefined ? 'branch' : road.ends,
  };
  const chains = starts.map((start) => inBranch(importing, () => chainFrom(importing, start, inner)));
  const arrivals = new Set(chains.flatMap(({ arrived }) => arrived ?? []));
  const next = join ?? [...arrivals][0];
  if ([...arrivals].some((arrived) => arrived !== next)) jumps(importing, id, '');
  return { chains, next };
}

function joinOf(importing: Importing, starts: readonly (CacaoId | undefined)[]): CacaoId | undefined {
  const roads = starts.flatMap((start) => (start === undefined ? [] : [reachableFrom(importing.playbook, [start])]));
  const [first, ...others] = roads;
  if (first === undefined || others.length === 0) return undefined;
  const common = [...first].filter((id) => others.every((road) => road.has(id)));
  return common.find((id) => {
    const from = reachableFrom(importing.playbook, [id]);
    return common.every((other) => from.has(other));
  });
}

function ifOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'if-condition'>, road: Road): Converted {
  const own = stepExtension(step, 'step');
  const cel = textIn(own, 'cel') ?? conditionOf(importing, id, step);
  if (own?.['guard'] === true) return guarded(importing, { id, step, road }, step.on_true, cel);
  const named = naming(importing, step);
  const { chains, next } = branchesOf(importing, { id, step, road }, [step.on_true, step.on_false]);
  const onFailure = failureOf(importing, { id, step, road, next });
  const [yes, no] = chains;
  const branch = branching(cel, yes?.steps ?? [], no?.steps ?? []);
  if (branch === undefined) return { steps: [], next };
  return { steps: [{ ...named, ...branch, ...ways(step), ...(onFailure === undefined ? {} : { on_failure: onFailure }) }], next };
}

/** One step behind a condition of ours. */
function guarded(importing: Importing, place: Place, entry: CacaoId, cel: string): Converted {
  const { chains, next } = branchesOf(importing, place, [entry]);
  const [only, ...others] = chains[0]?.steps ?? [];
  if (only && others.length === 0 && only.if === undefined) return { steps: [{ ...only, if: cel }], next };
  // Changed by somebody since: an ordinary branch then.
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  return { steps: only ? [{ id: freshId(importing, place.step.name ?? 'guard'), if: cel, then: [only, ...others] }] : [], next };
}

function conditionOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'if-condition'>): string {
  return (
    orReport(importing, id, ['condition'], () => celOfCondition(parseCondition(step.condition), resolverOf(importing, step))) ?? 'false'
  );
}

function switchOf(importing: Importing, place: SwitchPlace): Converted {
  const own = stepExtension(place.step, 'step')?.['switch'];
  return isOwnSwitch(own) ? ownSwitch(importing, place, own) : foreignSwitch(importing, place);
}

/** A switch is a row of branches: the first case that fits, else `default`. Cases that go to one step are one branch. */
function foreignSwitch(importing: Importing, { id, step, road }: SwitchPlace): Converted {
  const named = naming(importing, step);
  const fallback = ownEntry(step.cases, 'default');
  const targets = [...new Set(Object.values(step.cases).filter((to) => to !== fallback))];
  const tests = targets.map((to) => casesOf(importing, id, step, to));
  const { chains, next } = branchesOf(importing, { id, step, road }, fallback === undefined ? targets : [...targets, fallback]);
  const onFailure = failureOf(importing, { id, step, road, next });
  let rest = fallback === undefined ? [] : (chains.at(-1)?.steps ?? []);
  for (const [index, test] of [...tests.entries()].toReversed()) {
    const then = chains[index]?.steps ?? [];
    const branch = branching(test, then, rest);
    if (branch) rest = [{ ...(index === 0 ? named : { id: freshId(importing, `${named.id} case`) }), ...branch }];
  }
  return { steps: onFailure === undefined ? rest : rest.map((only) => ({ ...only, on_failure: onFailure })), next };
}

function branching(test: string, yes: SourceStep[], no: SourceStep[]): Pick<SourceStep, 'if' | 'then' | 'else'> | undefined {
  if (yes.length === 0 && no.length === 0) return undefined;
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  return { if: test, ...(yes.length > 0 ? { then: yes } : {}), ...(no.length > 0 ? { else: no } : {}) };
}

type OwnSwitch = { readonly on: string; readonly cases: readonly CaseValues[] };
type CaseValues = NonNullable<SourceStep['switch']>['cases'][number]['when'];
type SwitchPlace = Place & { readonly step: CacaoStepOf<'switch-condition'> };

/** Exported here: its cases are named in the extension, with their types. */
function isOwnSwitch(value: unknown): value is OwnSwitch {
  return typeof value === 'object' && value !== null && 'on' in value && 'cases' in value && Array.isArray(value.cases);
}

function ownSwitch(importing: Importing, place: SwitchPlace, { on, cases }: OwnSwitch): Converted {
  const { step } = place;
  const named = naming(importing, step);
  const fallback = ownEntry(step.cases, 'default');
  const starts = [...cases.map((when) => ownEntry(step.cases, String([when].flat()[0]))), ...(fallback === undefined ? [] : [fallback])];
  const { chains, next } = branchesOf(importing, place, starts);
  const otherwise = fallback === undefined ? undefined : (chains.at(-1)?.steps ?? []);
  const onFailure = failureOf(importing, { ...place, next });
  const made = {
    on,
    cases: cases.map((when, index) => ({ when, steps: chains[index]?.steps ?? [] })),
    ...(otherwise === undefined ? {} : { default: otherwise.length === 0 ? ('continue' as const) : otherwise }),
  };
  return { steps: [{ ...named, switch: made, ...ways(step), ...(onFailure === undefined ? {} : { on_failure: onFailure }) }], next };
}

function casesOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'switch-condition'>, to: CacaoId): string {
  const values = Object.entries(step.cases).filter(([, target]) => target === to);
  return values.map(([value]) => caseOf(importing, id, step, value)).join(' || ');
}

function caseOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'switch-condition'>, value: string): string {
  const cel = orReport(importing, id, ['switch'], () => {
    const operand = parseOperand(step.switch);
    if (operand.is !== 'variable') return `${celLiteral(operand, 'string')} == ${JSON.stringify(value)}`;
    const variable = resolverOf(importing, step)(operand.name);
    return `${variable.cel} == ${celLiteral({ is: 'text', text: value }, celTypeOf(variable.type))}`;
  });
  return cel ?? 'false';
}

function parallelOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'parallel'>, road: Road): Converted {
  const named = naming(importing, step);
  const next = nextOf(step) ?? joinOf(importing, step.next_steps);
  const inner: Road = { stops: next === undefined ? road.stops : new Set([...road.stops, next]), ends: 'branch' };
  const chains = step.next_steps.map((start) => inBranch(importing, () => chainFrom(importing, start, inner)));
  if (chains.some(({ arrived }) => arrived !== undefined && arrived !== next)) jumps(importing, id, 'next_steps');
  const joined = (stepExtension(step, 'step')?.['parallel'] ?? { join: 'all' }) as unknown as { readonly join: 'all' };
  const branches = chains.flatMap(({ steps }) => (steps.length === 0 ? [] : [steps]));
  return withFailure(
    importing,
    { id, step, road, next },
    branches.length === 0 ? [] : [{ ...named, ...ways(step), parallel: { ...joined, branches } }],
  );
}

function whileOf(importing: Importing, id: CacaoId, step: CacaoStepOf<'while-condition'>, road: Road): Converted {
  const named = naming(importing, step);
  const own = stepExtension(step, 'step');
  const body = (): SourceStep[] => chainFrom(importing, step.on_true, { stops: new Set([id]), ends: 'branch' }).steps;
  const next = nextOf(step);
  const loops = (['foreach', 'while'] as const).flatMap((kind) => (own?.[kind] === undefined ? [] : [[kind, own[kind]] as const]));
  const [loop] = loops;
  if (loop === undefined) return withFailure(importing, { id, step, road, next }, foreignLoop(importing, id, step, named, body));
  const made = { [loop[0]]: { ...(loop[1] as object), steps: inBranch(importing, body) } };
  return withFailure(importing, { id, step, road, next }, [{ ...named, ...ways(step), ...made }]);
}

/** What a step of ours has besides its kind. */
function ways(step: CacaoStep): Pick<SourceStep, 'on_cancel' | 'summary' | 'timeout' | 'retry'> {
  const own = stepExtension(step, 'step') ?? {};
  const kept = (['on_cancel', 'summary', 'timeout', 'retry'] as const).filter((key) => own[key] !== undefined);
  return Object.fromEntries(kept.map((key) => [key, own[key]]));
}
