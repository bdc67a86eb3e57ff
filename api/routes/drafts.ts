/**
 * Work on a draft: from a requirement, through its open questions, to handing it in. The draft is stored first; the stages `create` and
 * `context` then work on it, and are waited for a while. Handing in is an update of the policy's lifecycle.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EdictError } from '../../domain/errors.ts';
import { answerQuestion, openQuestions } from '../../domain/language/answer.ts';
import type { PolicyRow, PolicyVersionRow, RunRow, Store } from '../../store/port.ts';
import type { DraftReply } from '../contract/policies.ts';
import { draftDocument, nameFor } from '../draft-document.ts';
import { asEdictError } from '../failure.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';
import type { Orchestrator } from '../orchestrator.ts';

const pollMs = 150;
/** The stages that a new draft goes through by itself. */
const draftStages: readonly string[] = ['create', 'context'];

export function draftHandlers(deps: HandlerDeps): HandlersOf<'policies.draft' | 'policies.answer' | 'policies.submit'> {
  const { store, orchestrator, clock } = deps;
  return {
    'policies.draft': async ({ body, by, reply }) => {
      const policy = body.policy ?? (await freeName(store, body.requirement));
      const document = draftDocument({ ...body, policy, owner: body.owner ?? by });
      const saved = await store.policies.saveDraft(document, by);
      // The draft is recorded: where Temporal is away, the outbox tells the lifecycle later.
      await orchestrator.drafted(policy).catch(() => undefined);
      const answer = await settled(deps, saved);
      reply.code(answer.complete ? 201 : 202);
      return answer;
    },
    'policies.answer': async ({ params, body, by }) => {
      const { draft } = await openDraft(store, params.policy);
      const document = answerQuestion(draft.document, { ...body, by, at: clock().toISOString() });
      const replaced = await store.policies.replaceDraft(document, draft.version, by);
      return draftReply(store, replaced);
    },
    'policies.submit': async ({ params, body, by }) => {
      const { draft } = await openDraft(store, params.policy);
      requireReady(draft);
      await acceptLosses(store, draft, body.acceptLosses ?? [], by);
      const { run } = await submitted(orchestrator, draft.policy);
      const row = await store.policies.get(draft.policy);
      return { policy: draft.policy, version: draft.version, state: row?.state ?? 'draft', run };
    },
  };
}

/** A lifecycle that was never told of its draft is started first. */
async function submitted(orchestrator: Orchestrator, policy: string): Promise<{ readonly run: string }> {
  try {
    return await orchestrator.submit(policy);
  } catch (error) {
    if (asEdictError(error).code !== 'run-state-wrong') throw error;
    await orchestrator.drafted(policy);
    return orchestrator.submit(policy);
  }
}

async function openDraft(store: Store, policy: string): Promise<{ readonly row: PolicyRow; readonly draft: PolicyVersionRow }> {
  const row = await store.policies.get(policy);
  if (row === undefined) throw new EdictError('not-found', `there is no policy \`${policy}\``);
  const draft = row.draft === undefined ? undefined : await store.policies.version(policy, row.draft);
  if (draft === undefined || draft.status !== 'draft' || (row.state !== 'draft' && row.state !== 'revising')) {
    throw new EdictError('policy-state-wrong', `policy \`${policy}\` is ${row.state} and has no draft that can be changed`, {
      expected: 'draft or revising',
    });
  }
  return { row, draft };
}

function requireReady({ policy, document }: PolicyVersionRow): void {
  const open = openQuestions(document);
  if (open.length > 0) {
    throw new EdictError(
      'policy-questions-open',
      `policy \`${policy}\` has open questions: ${open.map(({ id }) => `\`${id}\``).join(', ')}`,
      { help: 'answer them first' },
    );
  }
  if (document.rules.length === 0)
    throw new EdictError('policy-state-wrong', `the draft of \`${policy}\` has no rules yet`, {
      help: 'wait until the create stage has ended',
    });
}

/** Of these bytes: a draft that changes is compiled and accepted again. */
async function acceptLosses(
  store: Store,
  { policy, version, digest }: PolicyVersionRow,
  rules: readonly string[],
  by: string,
): Promise<void> {
  if (rules.length === 0) return;
  const lost = new Set((await store.policies.compilations(policy, version)).flatMap(({ losses }) => losses.map(({ rule }) => rule)));
  const unknown = rules.find((rule) => !lost.has(rule));
  if (unknown !== undefined)
    throw new EdictError('policy-invalid', `rule \`${unknown}\` of \`${policy}\` has no loss to accept`, {
      where: '/acceptLosses',
      help: 'hand the draft in: it is compiled, and says which rules have losses',
    });
  await store.audit.append({ actor: by, event: 'losses-accepted', subject: `policy/${policy}`, detail: { version, digest, rules } });
}

/** Waits until both stages have ended, or one ended badly, or the time is up. */
async function settled(deps: HandlerDeps, saved: PolicyVersionRow): Promise<DraftReply> {
  const untilMs = performance.now() + deps.waitMs;
  for (;;) {
    const reply = await draftReply(deps.store, saved);
    if (reply.complete || performance.now() >= untilMs || deps.closing.aborted) return reply;
    await sleep(pollMs, undefined, { signal: deps.closing }).catch(() => undefined);
  }
}

async function draftReply(store: Store, { policy, version, createdAt }: PolicyVersionRow): Promise<DraftReply> {
  const [row, draft, page] = await Promise.all([
    store.policies.get(policy),
    store.policies.version(policy, version),
    store.runs.list({ policy }, { limit: 50 }),
  ]);
  if (row === undefined || draft === undefined) throw new EdictError('not-found', `there is no policy \`${policy}\``);
  const runs = page.items.filter(
    ({ playbook, orderedAt }) => draftStages.includes(playbook) && Date.parse(orderedAt) >= Date.parse(createdAt),
  );
  return {
    policy,
    version,
    state: row.state,
    complete: isComplete(runs),
    document: draft.document,
    questions: openQuestions(draft.document),
    runs: runs
      .toReversed()
      .map(({ run, playbook, status, outcome }) => ({ run, playbook, status, ...(outcome === undefined ? {} : { outcome }) })),
  };
}

function isComplete(runs: readonly RunRow[]): boolean {
  const ended = runs.filter(({ status }) => status === 'ended');
  const good = new Set(ended.filter(({ outcome }) => outcome === 'done').map(({ playbook }) => playbook));
  return good.size === draftStages.length || (ended.length === draftStages.length && runs.every(({ status }) => status === 'ended'));
}

/** The first name made from the text that no policy has. */
async function freeName(store: Store, requirement: string): Promise<string> {
  const base = nameFor(requirement);
  for (let number = 1; number < 100; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if ((await store.policies.get(name)) === undefined) return name;
  }
  throw new EdictError('conflict', `there are many policies like \`${base}\` already`, { help: 'name the policy' });
}
