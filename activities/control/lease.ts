/**
 * The approval of a lease's extension: its plan is exactly {this effect, until then, or for good}. Asked are those who approved the effect, else
 * the roles that the playbook names, else managers. Who asks for it does not approve it.
 */
import type { Activities, AskExtension } from '../contract.ts';
import { digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { ApprovalPlan } from '../../domain/playbook/approval.ts';
import { parseDuration } from '../../domain/playbook/duration.ts';
import type { CommandRow, EffectRow, RunRow } from '../../store/port.ts';
import { planOf, requireRun, stepId } from '../effect/check-order.ts';
import type { Ports } from '../ports.ts';

export function leaseActivities(ports: Ports): Pick<Activities, 'lease.ask'> {
  return { 'lease.ask': async (input) => ask(ports, input) };
}

async function ask(ports: Ports, input: AskExtension): Promise<{ readonly approval: string }> {
  const { store } = ports;
  const order = await requireRun(ports, input);
  const command = await recorded(ports, input);
  const row = await store.effects.get(input.effect);
  if (row === undefined || row.run !== input.run || row.step !== input.step || row.status !== 'confirmed')
    throw new EdictError('effect-state-wrong', `effect \`${input.effect}\` is not in force, and has no lease to extend`, {
      where: input.step,
    });
  const asked = await askedOf(ports, order, row);
  const plan = planFor(order, input);
  const record = await store.approvals.open({
    plan,
    digest: digestOf(plan),
    summary: summaryOf(input, row, command),
    facts: { reason: command.reason, effect: row.key, targets: row.targets },
    ...asked,
    requester: command.by,
    // Silence lets the lease end as planned.
    expiresAt: new Date(input.fromMs).toISOString(),
  });
  return { approval: record.id };
}

/** What the workflow says that a person wants counts only as far as the person said it. */
async function recorded({ store }: Ports, { run, command, step, fromMs, untilMs }: AskExtension): Promise<CommandRow> {
  const row = await store.commands.get(command);
  const { step: wanted, for: duration } = row?.params ?? {};
  const forMs = typeof duration === 'string' ? parseDuration(duration) : undefined;
  const same = wanted === step && untilMs === (forMs === undefined ? undefined : fromMs + forMs);
  if (row?.run === run && row.kind === 'extend-lease' && same) return row;
  throw new EdictError('order-mismatch', `nobody asked to extend the lease of step \`${step}\` in this way`, { where: `run/${run}` });
}

type Asked = { readonly roles: readonly string[]; readonly people?: readonly string[]; readonly quorum: number };

async function askedOf({ store }: Ports, order: RunRow, { approval, step }: EffectRow): Promise<Asked> {
  const covering = approval === undefined ? undefined : await store.approvals.get(approval);
  if (covering !== undefined) return { roles: covering.roles, people: covering.people, quorum: covering.quorum };
  const planned = (await planOf(store, order)).steps[stepId(step)];
  const named = planned?.kind === 'action' ? planned.extend : undefined;
  return { roles: named ?? ['manager'], quorum: 1 };
}

function planFor({ playbook, version }: RunRow, { run, step, effect, fromMs, untilMs }: AskExtension): ApprovalPlan {
  const params = { effect, from: instant(fromMs), until: untilMs === undefined ? 'for good' : instant(untilMs) };
  return { run, playbook, version, step: `${step}/lease`, effects: [{ step, action: 'lease.extend', params }] };
}

function summaryOf({ fromMs, untilMs }: AskExtension, { action, subjects, targets }: EffectRow, { by, reason }: CommandRow): string {
  const what = `${action} on ${subjects.join(', ') || targets.join(', ')}`;
  const until = untilMs === undefined ? 'hold for good' : `hold until ${instant(untilMs)}`;
  return `Let ${what} ${until} instead of ${instant(fromMs)}? Asked by ${by}: ${reason}`.slice(0, 2000);
}

const instant = (ms: number): string => new Date(ms).toISOString();
