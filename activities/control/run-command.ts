/**
 * Commands to a run under way: read from the store, never from the message that brought the id, and checked once more: whether they are
 * whole, and whether who gave them still may. What fails is refused on record, so that who gave it can read why.
 */
import { z } from 'zod';
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import { commandRoles, type RunCommand, type RunCommandKind } from '../../domain/playbook/control/command.ts';
import { parseDuration } from '../../domain/playbook/duration.ts';
import type { CommandRow, RunRow } from '../../store/port.ts';
import { requireRun } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';
import { requireWorkflow } from './caller-check.ts';

type Given = Pick<RunCommand, 'id' | 'by' | 'reason'>;
/** Reads the parameters of a kind and adds what the run needs to know. */
type Parser = (ports: Ports, given: Given, row: CommandRow, order: RunRow) => RunCommand | Promise<RunCommand>;

const none = z.strictObject({});
const version = z.strictObject({ version: z.string().min(1).max(100), planDigest: z.string().min(1).max(100) });
const oneStep = z.strictObject({ step: z.string().min(1).max(500) });

const parsers: { readonly [K in RunCommandKind]: Parser } = {
  pause: (_, given, { params }) => (none.parse(params), { ...given, kind: 'pause' }),
  resume: (_, given, { params }) => (none.parse(params), { ...given, kind: 'resume' }),
  'extend-lease': extension,
  migrate: migration,
  skip: (_, given, { params }) => ({ ...given, kind: 'skip', ...oneStep.parse(params) }),
};

const longer = z.strictObject({ step: z.string().min(1).max(500), for: z.string().max(40).optional() });

function extension(_: Ports, given: Given, { params }: CommandRow): RunCommand {
  const { step, for: duration } = longer.parse(params);
  return { ...given, kind: 'extend-lease', step, ...(duration === undefined ? {} : { forMs: parseDuration(duration) }) };
}

/** The plan as it is published, and the one that was meant when the command was given. */
async function migration({ store }: Ports, given: Given, { params }: CommandRow, { playbook }: RunRow): Promise<RunCommand> {
  const wanted = version.parse(params);
  const row = await store.playbooks.get(playbook, wanted.version);
  if (row === undefined) throw new EdictError('not-found', `\`${playbook}\` has no version ${wanted.version}`);
  if (row.plan.digest !== wanted.planDigest)
    throw new EdictError('order-mismatch', `version ${wanted.version} of \`${playbook}\` is not the one that was meant`);
  return { ...given, kind: 'migrate', plan: row.plan };
}

export function commandActivities(ports: Ports): Pick<Activities, 'run.command' | 'run.command-answer'> {
  return {
    'run.command': async ({ run, command }) => {
      const order = await requireRun(ports, { run });
      const rows = await ports.store.commands.list(run, { status: 'ordered' });
      const last = rows.findIndex(({ id }) => id === command);
      return { commands: await checkedCommands(ports, rows.slice(0, last + 1), order) };
    },
    'run.command-answer': async ({ run, command, answer }) => {
      requireWorkflow(ports, `run/${run}`);
      const row = await ports.store.commands.get(command);
      if (row?.run !== run) throw new EdictError('order-mismatch', `\`${command}\` is no command to run \`${run}\``);
      const { status } = await ports.store.commands.answer(command, answer);
      return { status: status === 'taken' ? status : 'refused' };
    },
  };
}

/** Those that hold; the others are refused in the store. */
export async function checkedCommands(ports: Ports, rows: readonly CommandRow[], order: RunRow): Promise<readonly RunCommand[]> {
  const commands: RunCommand[] = [];
  for (const row of rows) {
    try {
      commands.push(await checkedCommand(ports, row, order));
    } catch (error) {
      const fault = refusalOf(error);
      if (fault === undefined) throw error;
      await ports.store.commands.answer(row.id, { status: 'refused', error: fault });
    }
  }
  return commands;
}

async function checkedCommand(ports: Ports, row: CommandRow, order: RunRow): Promise<RunCommand> {
  if (!isKind(row.kind)) throw new EdictError('input-invalid', `there is no command \`${row.kind}\``);
  await requireRight(ports, row.by, commandRoles[row.kind]);
  return parsers[row.kind](ports, { id: row.id, by: row.by, reason: row.reason }, row, order);
}

const isKind = (kind: string): kind is RunCommandKind => Object.hasOwn(parsers, kind);

/** Rights are checked when a command is recorded, and here again: a role that was taken away since no longer counts. */
async function requireRight(ports: Ports, by: string, roles: readonly string[]): Promise<void> {
  const person = await ports.store.people.get(by);
  if (person !== undefined && !person.disabled && person.roles.some((role) => roles.includes(role))) return;
  throw new EdictError('access-denied', `\`${by}\` may not give this command now`, { expected: `a role of ${roles.join(', ')}` });
}

/** Undefined for what may be otherwise in a moment: a store that is away. */
function refusalOf(error: unknown): { readonly code: EdictError['code']; readonly message: string } | undefined {
  if (error instanceof z.ZodError) return { code: 'input-invalid', message: 'the command has not the parameters of its kind' };
  if (!(error instanceof EdictError) || error.code === 'dependency-unavailable' || error.code === 'audit-unavailable') return undefined;
  return { code: error.code, message: error.message };
}
