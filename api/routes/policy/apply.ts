/**
 * Policies that are kept as files: the whole document is the draft. Idempotent: where the draft, or the version in force where there is
 * no draft, is this document already, nothing is done.
 */
import type { Inventory } from '../../../domain/context/inventory.ts';
import { digestOf } from '../../../domain/digest.ts';
import { EdictError } from '../../../domain/errors.ts';
import { tellExceptions } from '../../../domain/policy/life/told-diff.ts';
import { diffPolicies, type PolicyDiff } from '../../../domain/policy/diff.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { assertValidPolicy, type PolicyProblem, validatePolicy } from '../../../domain/policy/validate.ts';
import type { Actor, PolicyVersionRow, Store } from '../../../store/port.ts';
import type { ApplyReply } from '../../contract/policy/apply.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';

export function applyHandlers(deps: HandlerDeps): HandlersOf<'policies.apply'> {
  const { store } = deps;
  return {
    'policies.apply': async ({ params: { policy }, body: { mode, document }, by }) => {
      if (document.policy !== policy)
        throw new EdictError('policy-invalid', `the document is of policy \`${document.policy}\``, {
          where: '/document/policy',
          expected: policy,
        });
      const [current, inventory] = await Promise.all([currentVersion(store, policy), store.context.inventory()]);
      const plan = planOf({ current, document, inventory });
      if (mode === 'dry-run' || plan.change === 'none') return { ...plan, mode };
      const { version } = await takeDraft(deps, document, by);
      return { ...plan, mode, version };
    },
  };
}

/** The document as the draft; the same again does nothing. Throws `policy-invalid` and its like. */
export async function takeDraft({ store, orchestrator }: HandlerDeps, document: Policy, by: Actor): Promise<{ readonly version: number }> {
  const { policy } = document;
  const current = await currentVersion(store, policy);
  if (current?.digest === digestOf(document)) return current;
  assertValidPolicy(document, await store.context.inventory());
  const saved =
    current?.status === 'draft'
      ? await store.policies.replaceDraft(document, current.version, by)
      : await store.policies.saveDraft(document, by);
  // The draft is recorded: where Temporal is away, the outbox tells the lifecycle later.
  await orchestrator.drafted(policy).catch(() => undefined);
  return saved;
}

/** The draft, or what is in force where there is none. */
async function currentVersion(store: Store, policy: string): Promise<PolicyVersionRow | undefined> {
  const row = await store.policies.get(policy);
  const version = row?.draft ?? row?.enforced;
  return version === undefined ? undefined : store.policies.version(policy, version);
}

type Planning = { readonly current: PolicyVersionRow | undefined; readonly document: Policy; readonly inventory: Inventory };

function planOf({ current, document, inventory }: Planning): Omit<ApplyReply, 'mode'> {
  const version = current === undefined ? {} : { version: current.version };
  if (current?.digest === digestOf(document))
    return { policy: document.policy, change: 'none', ...version, equal: true, rules: [], exceptions: [], problems: [] };
  const problems = validatePolicy(document, inventory);
  const before = current === undefined ? [] : [current.document];
  const diff = problems.some(({ severity }) => severity === 'error') ? undefined : diffPolicies(before, [document], inventory);
  return {
    policy: document.policy,
    change: current === undefined ? 'created' : 'changed',
    ...version,
    equal: diff?.equal ?? false,
    rules: diff?.rules.map(ruleOf) ?? [],
    exceptions: diff === undefined ? [] : tellExceptions(before, [document]),
    problems: problems.map(problemOf),
  };
}

function ruleOf({ rule, change, witness }: PolicyDiff['rules'][number]): ApplyReply['rules'][number] {
  return { rule, change, ...(witness === undefined ? {} : { witness }) };
}

function problemOf({ severity, where, message }: PolicyProblem): ApplyReply['problems'][number] {
  return { severity, where, message };
}
