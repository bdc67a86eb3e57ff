/** Compiles the steps that hold other steps. What each road may read of the others is decided here. */
import type { SourceStep } from '../playbook.schema.ts';
import { namesOf, type Build } from './block.ts';
import { compileCel, compileTemplate } from './expressions.ts';

/** After a branch its steps are visible: reading one that did not run is an error then. */
export const ifPart: Build<'if'> = (compiling, source, at, block) => {
  const condition = compileCel(compiling, source.if ?? '', namesOf(block), { at: [...at, 'if'], step: source.id, expect: ['bool'] });
  const before = new Set(block.visible).add(source.id);
  const branch = (name: 'then' | 'else', steps: SourceStep[] | undefined): string | undefined => {
    const visible = new Set(before);
    const first = steps && compiling.compileBlock(compiling, steps, [...at, name], { ...block, visible });
    for (const id of visible) block.visible.add(id);
    return first;
  };
  // oxlint-disable-next-line unicorn/no-thenable -- the form's own word
  return { kind: 'if', condition, then: branch('then', source.then), else: branch('else', source.else) };
};

/** Branches do not see each other: which one is ahead is nobody's promise. */
export const parallelPart: Build<'parallel'> = (compiling, { id, parallel }, at, block) => {
  const path = [...at, 'parallel', parallel?.branches ? 'branches' : 'steps'];
  const branches = parallel?.branches ?? (parallel?.steps ?? []).map((step) => [step]);
  const before = new Set(block.visible);
  const firsts = branches.map((branch, index) => {
    const inner = { in: id, visible: new Set(before), loopNames: block.loopNames };
    const first = compiling.compileBlock(compiling, branch, parallel?.branches ? [...path, index] : path, inner);
    for (const step of inner.visible) block.visible.add(step);
    return first;
  });
  return { kind: 'parallel', branches: firsts };
};

/** From outside, only the loop's `results` are visible. */
export const foreachPart: Build<'foreach'> = (compiling, { id, foreach }, at, block) => {
  const { in: items = [], as = 'item', concurrency = 1, steps = [], collect } = foreach ?? {};
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
  };
};
