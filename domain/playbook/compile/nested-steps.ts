/** Compiles the steps that hold other steps. What each road may read of the others is decided here. */
import type { SourceStep } from '../playbook.schema.ts';
import { namesOf, type Block, type Build, type Compiling } from './block.ts';
import { compileCel, compileTemplate } from './expressions.ts';
import type { SourcePath } from './source.ts';
import { isBlock } from './timing.ts';

/** After a branch its steps are visible: reading one that did not run is an error then. */
export const ifPart: Build<'if'> = (compiling, source, at, block) => {
  const condition = compileCel(compiling, source.if ?? '', namesOf(block), { at: [...at, 'if'], step: source.id, expect: ['bool'] });
  const inside = insideOf(source, block);
  const before = new Set(block.visible).add(source.id);
  const branch = (name: 'then' | 'else', steps: SourceStep[] | undefined): string | undefined => {
    const visible = new Set(before);
    const first = steps && compiling.compileBlock(compiling, steps, [...at, name], { ...block, ...inside, visible });
    for (const id of visible) block.visible.add(id);
    return first;
  };
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  return { kind: 'if', condition, then: branch('then', source.then), else: branch('else', source.else), ...blockOf(source) };
};

/** A step that holds its roads is where they end. */
export function insideOf(source: SourceStep, block: Block): Pick<Block, 'in' | 'next'> {
  return isBlock(source) ? { in: source.id, next: undefined } : { in: block.in, next: block.next };
}

export const blockOf = (source: SourceStep): { readonly block?: true } => (isBlock(source) ? { block: true } : {});

/** Branches do not see each other: which one is ahead is nobody's promise. */
export const parallelPart: Build<'parallel'> = (compiling, source, at, block) => {
  const { id, parallel } = source;
  const path = [...at, 'parallel', parallel?.branches ? 'branches' : 'steps'];
  const branches = parallel?.branches ?? (parallel?.steps ?? []).map((step) => [step]);
  const before = new Set(block.visible);
  const branchOf: { [step: string]: number } = {};
  const firsts = branches.map((branch, index) => {
    const known = new Set(compiling.steps.keys());
    const inner = { in: id, visible: new Set(before), loopNames: block.loopNames, first: parallel?.branches ? 0 : index };
    const first = compiling.compileBlock(compiling, branch, parallel?.branches ? [...path, index] : path, inner);
    for (const step of inner.visible) block.visible.add(step);
    for (const step of compiling.steps.values()) if (step.in === id && !known.has(step.id)) branchOf[step.id] = index;
    return first;
  });
  const count = joinOf(compiling, source, at, branches.length);
  return {
    kind: 'parallel',
    branches: firsts,
    join: count === undefined ? undefined : { count, keep: parallel?.rest === 'keep', branchOf },
  };
};

function joinOf(compiling: Compiling, { id, parallel }: SourceStep, at: SourcePath, branches: number): number | undefined {
  const { join = 'all', rest } = parallel ?? {};
  const complain = (key: string, text: string, help: string): void =>
    void compiling.issues.push({ code: 'playbook-invalid', at: [...at, 'parallel', key], text, help });
  if (join === 'all') {
    if (rest !== undefined)
      complain('rest', `step \`${id}\` @ joins all its branches: there is no rest`, 'give `join: any`, or leave `rest` out');
    return undefined;
  }
  if (join === 'any') return 1;
  if (join.count > branches)
    complain('join', `step \`${id}\` @ can never join ${join.count} branches: it has ${branches}`, `at most ${branches}`);
  return join.count;
}

/** From outside, only the loop's `results` are visible. */
export const foreachPart: Build<'foreach'> = (compiling, { id, foreach }, at, block) => {
  const { in: items = [], as = 'item', concurrency = 1, steps = [], collect, on_error: onError } = foreach ?? {};
  const place = (key: string) => ({ at: [...at, 'foreach', key], step: id });
  const inner = { in: id, visible: new Set(block.visible), loopNames: [...block.loopNames, as] };
  const body = compiling.compileBlock(compiling, steps, [...at, 'foreach', 'steps'], inner);
  return {
    kind: 'foreach',
    items: compileTemplate(compiling, items, namesOf(block), { ...place('in'), expect: ['list'] }),
    as,
    concurrency,
    body,
    ...(collect === undefined ? {} : { collect: compileCel(compiling, collect, namesOf(inner), place('collect')) }),
    ...(onError === 'collect' ? { collectErrors: true } : {}),
  };
};

/** From outside, what the last turn gave is `result`. The condition sees the turn before by `as`, as the steps do. */
export const whilePart: Build<'while'> = (compiling, { id, while: source }, at, block) => {
  const { if: condition = '', max = 1, as = 'last', from = {}, steps = [], collect } = source ?? {};
  const place = (key: string) => ({ at: [...at, 'while', key], step: id });
  const loopNames = [...block.loopNames, as];
  const inner = { in: id, visible: new Set(block.visible), loopNames };
  const body = compiling.compileBlock(compiling, steps, [...at, 'while', 'steps'], inner);
  return {
    kind: 'while',
    condition: compileCel(compiling, condition, { ...namesOf(block), loopNames }, { ...place('if'), expect: ['bool'] }),
    max,
    as,
    from: Object.fromEntries(
      Object.entries(from).map(([name, value]) => [
        name,
        compileTemplate(compiling, value, namesOf(block), { at: [...at, 'while', 'from', name], step: id }),
      ]),
    ),
    body,
    ...(collect === undefined ? {} : { collect: compileCel(compiling, collect, namesOf(inner), place('collect')) }),
  };
};
