/** What a target cannot say goes live only where a person accepted it, rule by rule, for exactly this document. */
import type { Digest } from '../../domain/digest.ts';
import { EdictError } from '../../domain/errors.ts';
import type { PolicyVersionRow, Store } from '../../store/port.ts';

/** Throws `loss-not-accepted` with the rules that are still open. */
export async function requireLossesAccepted(
  store: Store,
  { policy, version, digest }: Pick<PolicyVersionRow, 'policy' | 'version' | 'digest'>,
): Promise<void> {
  const losses = (await store.policies.compilations(policy, version)).flatMap((compiled) => compiled.losses);
  if (losses.length === 0) return;
  const accepted = await acceptedRules(store, policy, digest);
  const open = losses.filter((loss) => !accepted.has(loss.rule));
  if (open.length === 0) return;
  const words = open.map(({ rule, target, direction, reason }) => `\`${rule}\` ${direction} in ${target}: ${reason}`);
  throw new EdictError('loss-not-accepted', `a target cannot do all that the rules say: ${[...new Set(words)].join('; ')}`, {
    help: 'hand the draft in again with these rules accepted, or change them',
  });
}

/** As the chain has it: `losses-accepted` of the policy, for the document with this digest. */
async function acceptedRules(store: Store, policy: string, digest: Digest): Promise<ReadonlySet<string>> {
  const accepted = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const page = await store.audit.list({ subject: `policy/${policy}` }, { cursor, limit: 500 });
    for (const { event, detail } of page.items) {
      const rules = event === 'losses-accepted' && detail['digest'] === digest ? detail['rules'] : [];
      for (const rule of Array.isArray(rules) ? rules : []) if (typeof rule === 'string') accepted.add(rule);
    }
    if (page.next === undefined) return accepted;
    cursor = page.next;
  }
}
