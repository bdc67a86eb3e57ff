/** What the second walk over a playbook carries along: the plan's steps so far, and where a step stands. */
import type { PlanStep, StepKind, StepOf } from '../plan.ts';
import type { SourceStep } from '../playbook.schema.ts';
import type { Checker, Names } from './expressions.ts';
import type { SourcePath } from './source.ts';

export type Compiling = Checker & {
  readonly steps: Map<string, PlanStep>;
  /** What was visible at each approval: covered steps may read nothing later. */
  readonly visibleAt: Map<string, ReadonlySet<string>>;
  /** Compiles the steps of a block; gives the id of its first. Handed in, because blocks hold steps and steps hold blocks. */
  readonly compileBlock: (compiling: Compiling, steps: readonly SourceStep[], at: SourcePath, block: Block) => string;
};

/** Where a step stands. `visible` grows as the block is walked. */
export type Block = {
  readonly in?: string | undefined;
  readonly next?: string | undefined;
  /** Index of its first step in the list that it stands in: branches of one step each share a list. */
  readonly first?: number | undefined;
  readonly visible: Set<string>;
  readonly loopNames: readonly string[];
  /** The steps of an `on_cancel`. */
  readonly cleanup?: true | undefined;
};

/** What a kind gives of its plan step; the rest is the same for all kinds. */
export type Part<K extends StepKind> = Omit<
  StepOf<K>,
  'id' | 'if' | 'next' | 'failure' | 'cancelled' | 'cleanup' | 'says' | 'in' | 'title'
>;
export type Build<K extends StepKind> = (compiling: Compiling, source: SourceStep, at: SourcePath, block: Block) => Part<K>;

export const namesOf = ({ visible, loopNames }: Block): Names => ({ visible, loopNames });

export function addStep(compiling: Compiling, step: PlanStep): string {
  // A plan is JSON: what is undefined is not there.
  compiling.steps.set(step.id, Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as unknown as PlanStep);
  return step.id;
}
