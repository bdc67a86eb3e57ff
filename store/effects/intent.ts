/** The intent of an effect: one statement with its places in budgets and its row of the chain. */
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { spent, type BudgetClaim } from '../../domain/guard/decision.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RecordedStatement } from '../chain/statement.ts';
import type { EffectIntent, EffectRow } from '../port.ts';
import { likePattern } from './situation.ts';

type Made = Pick<EffectRow, 'status'> & {
  readonly error: EffectRow['error'] | null;
  readonly decision: NonNullable<EffectRow['decision']>;
  readonly intended_at: string;
  readonly entry: number;
};

/** Undefined where an intent of this key is there already. */
export async function writeIntent(statement: RecordedStatement, intent: EffectIntent, by: string): Promise<EffectRow | undefined> {
  const { decision, claims = [] } = intent;
  const asked = decision.allow ? claims.map((claim) => claimed(intent, claim)) : [];
  const values = [canonicalJson(documentOf(intent, by)), canonicalJson(asked)];
  const [made] = await statement<Made>('effect_intend', values);
  return made && rowOf(intent, made);
}

function documentOf(intent: EffectIntent, by: string): JsonObject {
  const { key, run, step, action, targets, params, approval, playbook, subjects, decision } = intent;
  const what = { key, run, step, action, targets, params, approval: approval ?? null, playbook, subjects };
  return { ...what, actor: by, subject: `effect/${key}`, verdict: verdictOf(intent, decision.allow, decision.reasons) };
}

function claimed(intent: EffectIntent, claim: BudgetClaim): JsonObject {
  const { budget, scope, limit, perMs, actions } = claim;
  const verdict = verdictOf(intent, false, [spent(claim, intent.playbook)]);
  return { budget, scope, limit, seconds: perMs / 1000, actions: actions.map(likePattern), verdict };
}

/** What the row and the chain say, by what was decided. */
function verdictOf(intent: EffectIntent, allow: boolean, reasons: readonly string[]): JsonObject {
  const { run, step, action, targets, params, approval, decision } = intent;
  const { id, policy, settings, question } = decision;
  const detail = {
    run,
    step,
    action,
    targets,
    params: digestOf(params),
    approval: approval ?? null,
    guard: { decision: id, policy, settings, question },
  };
  const recorded = { ...decision, allow, reasons } as unknown as JsonObject;
  if (allow) return { status: 'intended', error: null, event: 'effect-intended', decision: recorded, detail };
  const error = { code: 'guard-denied', message: reasons.join('; ') };
  return { status: 'denied', error, event: 'effect-denied', decision: recorded, detail: { ...detail, reasons } };
}

function rowOf(intent: EffectIntent, { status, error, decision, intended_at, entry }: Made): EffectRow {
  const { claims: _, ...given } = intent;
  const none = { receipt: undefined, appliedAt: undefined, confirmedAt: undefined, undoneAt: undefined, retryBy: undefined };
  return {
    ...given,
    ...none,
    approval: intent.approval,
    status,
    error: error ?? undefined,
    decision,
    attempts: 1,
    intendedAt: intended_at,
    entries: [entry],
  };
}
