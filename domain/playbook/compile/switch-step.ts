/** Compiles a switch: each value in one case only, and of the type of the expression. */
import { canonicalJson } from '../../digest.ts';
import type { SourceStep } from '../playbook.schema.ts';
import { blockOf, insideOf } from './nested-steps.ts';
import { namesOf, type Block, type Build, type Compiling } from './block.ts';
import { celTypeOf, compileCel } from './expressions.ts';
import type { SourcePath } from './source.ts';

/** After a switch the steps of its cases are visible, as after a branch: reading one that did not run is an error then. */
export const switchPart: Build<'switch'> = (compiling, source, at, block) => {
  const { on, cases, default: otherwise } = source.switch ?? { on: '', cases: [] };
  const here = [...at, 'switch'];
  const compiled = compileCel(compiling, on, namesOf(block), { at: [...here, 'on'], step: source.id });
  checkValues(compiling, source, here, celTypeOf(compiling, compiled));
  const before = new Set(block.visible).add(source.id);
  const road = (steps: SourceStep[], path: SourcePath): string =>
    compileRoad(compiling, { steps, path, before, inside: insideOf(source, block) }, block);
  return {
    kind: 'switch',
    on: compiled,
    cases: cases.map(({ when, steps }, index) => ({ values: [when].flat(), to: road(steps, [...here, 'cases', index, 'steps']) })),
    default: Array.isArray(otherwise) ? { to: road(otherwise, [...here, 'default']) } : otherwise,
    ...blockOf(source),
  };
};

type Road = {
  readonly steps: SourceStep[];
  readonly path: SourcePath;
  readonly before: ReadonlySet<string>;
  readonly inside: Pick<Block, 'in' | 'next'>;
};

function compileRoad(compiling: Compiling, { steps, path, before, inside }: Road, block: Block): string {
  const visible = new Set(before);
  const first = compiling.compileBlock(compiling, steps, path, { ...block, ...inside, visible });
  for (const id of visible) block.visible.add(id);
  return first;
}

const typesOf: { readonly [type: string]: readonly string[] } = {
  string: ['string'],
  number: ['int', 'double', 'uint'],
  boolean: ['bool'],
};

function checkValues(compiling: Compiling, { id, switch: source }: SourceStep, at: SourcePath, type: string | undefined): void {
  const seen = new Set<string>();
  source?.cases.forEach(({ when }, index) => {
    for (const value of [when].flat()) {
      const text = canonicalJson(value);
      const complain = (what: string, help: string): void =>
        void compiling.issues.push({ code: 'playbook-invalid', at: [...at, 'cases', index, 'when'], text: what, help });
      if (seen.has(text)) complain(`\`${text}\` is in two cases of step \`${id}\``, 'a value has one case');
      else if (type !== undefined && type !== 'dyn' && !typesOf[typeof value]?.includes(type))
        complain(`case \`${text}\` of step \`${id}\` @ can never be: \`${source.on}\` is of type ${type}`, 'give a value of that type');
      seen.add(text);
    }
  });
}
