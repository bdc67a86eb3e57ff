/**
 * A run that goes on with another version. The new plan holds at once; nothing begins until the store has recorded it, because what begins
 * is checked against the record.
 */
import { EdictError } from '../../errors.ts';
import { approvalBefore, migrationOf, type Migration } from '../control/migration.ts';
import type { Plan } from '../plan.ts';
import type { RunCommandOf } from '../control/command.ts';
import type { Entry } from './move.ts';
import { requireProcedure } from './pause.ts';
import type { RunState } from './state.ts';
import { closeApproval } from './steps/approval.ts';
import type { Turn } from './turn.ts';

export function migrate(turn: Turn, { id, plan }: RunCommandOf<'migrate'>): void {
  const { state } = turn;
  requireProcedure(state, 'migrated');
  if (state.migrating) throw new EdictError('run-state-wrong', `run \`${state.run}\` is being migrated already`);
  const before = turn.plan;
  const migration = migrationOf(before, plan, state);
  const [block] = migration.preview.blocks;
  if (block) throw new EdictError('run-state-wrong', blocked(plan, block));
  const again = [...migration.reopened.map((key) => reopen(turn, key)), ...askAgain(before, state, migration)];
  turn.plan = plan;
  state.planDigest = plan.digest;
  state.version = plan.version;
  state.inputs = migration.inputs;
  state.migrating = { command: id, plan };
  for (const key of migration.voided) delete state.grants[key];
  if (again.length > 0) state.deferred = [...(state.deferred ?? []), ...again];
}

function blocked({ version }: Plan, { step, why }: { readonly step: string; readonly why: string }): string {
  return step === '' ? `the run cannot go on with version ${version}: ${why}` : `step \`${step}\` ${why}`;
}

/** The open approval is closed, and what the store says of it is not waited for: it grants nothing any more. */
function reopen(turn: Turn, key: string): Entry {
  const { state } = turn;
  const step = state.steps[key];
  if (!step) throw new EdictError('defect', `no step \`${key}\``);
  closeApproval(turn, step, 'cancelled');
  delete state.owed[`close:${key}`];
  delete state.approvals[step.approval?.id ?? ''];
  delete state.active[key];
  return { id: step.id, prefix: step.prefix };
}

/** The run stands right behind an approval of what is otherwise now: it goes back to it. */
function askAgain(before: Plan, state: RunState, { voided }: Migration): readonly Entry[] {
  const keys = new Set(voided.flatMap((key) => approvalBefore({ before, state }, key) ?? []));
  return [...keys].map((key) => {
    const { id, prefix } = state.steps[key] ?? { id: key, prefix: '' };
    const onward = before.steps[id]?.next;
    state.deferred = state.deferred?.filter((entry) => entry.id !== onward || entry.prefix !== prefix) ?? [];
    return { id, prefix };
  });
}

/** The store goes by the new plan too; or it could not record it, and the run cannot go on by a plan that nobody ordered. */
export function migrationRecorded(turn: Turn, command: string, status: 'taken' | 'refused'): EdictError | undefined {
  const { state } = turn;
  if (state.migrating?.command !== command) return undefined;
  delete state.migrating;
  if (status === 'refused') return new EdictError('run-state-wrong', `the migration of run \`${state.run}\` could not be recorded`);
  if (!state.paused) {
    turn.ready.push(...(state.deferred ?? []));
    delete state.deferred;
  }
  return undefined;
}
