/** Approvals and votes. A vote is signed here, at the door that knows the voter; Temporal carries it, and the store judges it once more. */
import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, digestOf } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { SignedVote, Vote } from '../../domain/playbook/approval.ts';
import type { Store } from '../../store/port.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

/** Name of the secret that doors sign statements with. */
const statementKeyName = 'statement-key';

export function approvalHandlers({
  store,
  orchestrator,
  clock,
}: HandlerDeps): HandlersOf<'approvals.list' | 'approvals.get' | 'approvals.vote'> {
  const known = async (id: string) => {
    const approval = await store.approvals.get(id);
    if (approval === undefined) throw new EdictError('not-found', `there is no approval \`${id}\``);
    return approval;
  };
  return {
    'approvals.list': ({ query: { status, run, ...page } }) => store.approvals.list({ status, run }, page),
    'approvals.get': ({ params }) => known(params.id),
    'approvals.vote': async ({ params, body, by, http }) => {
      const approval = await known(params.id);
      if (approval.status !== 'open') {
        const code = approval.status === 'expired' ? 'approval-expired' : 'approval-closed';
        throw new EdictError(code, `approval \`${approval.id}\` is ${approval.status}`, {
          help: 'see `edict approvals` for the ones that are open',
        });
      }
      if (body.decision === 'deny' && body.reason === undefined)
        throw new EdictError('approval-reason-missing', 'a denial needs a reason', { where: '/reason' });
      const vote: Vote = {
        approval: approval.id,
        digest: body.digest,
        decision: body.decision,
        by,
        at: clock().toISOString(),
        reason: body.reason,
      };
      const outcome = await orchestrator.vote(approval.run, await signVote(store, vote), updateIdOf(by, http));
      return { approval: approval.id, ...outcome };
    },
  };
}

/** The same idempotency key is the same update: a vote that was counted while its answer got lost is answered as it was then. */
function updateIdOf(by: string, http: FastifyRequest): string {
  const key = http.headers['idempotency-key'];
  return key === undefined ? http.id : digestOf({ by, key });
}

async function signVote(store: Store, vote: Vote): Promise<SignedVote> {
  const key = await store.secrets.ensure(statementKeyName, () => randomBytes(32).toString('base64url'));
  return { vote, signature: createHmac('sha256', key).update(canonicalJson(vote)).digest('base64url') };
}
