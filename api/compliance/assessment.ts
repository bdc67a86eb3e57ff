/** The assessment of all controls, from what the store holds at this moment. */
import { assess } from '../../domain/compliance/assess.ts';
import type { AssessedControl } from '../../domain/compliance/assess.ts';
import type { ComplianceFacts } from '../../domain/compliance/facts.ts';
import { windowMs } from '../../domain/compliance/facts.ts';
import type { Store } from '../../store/port.ts';

export type Assessment = { readonly at: string; readonly since: string; readonly controls: readonly AssessedControl[] };

type Chain = NonNullable<ComplianceFacts['chain']>;

/** To verify the chain is to read all of it: how old its last verification may be, which says its time wherever it is shown. */
const chainHoldsMs = 60_000;

export function assessments(store: Store, clock: () => Date): () => Promise<Assessment> {
  const chain = chainChecks(store, clock);
  return async () => {
    const since = new Date(clock().getTime() - windowMs).toISOString();
    const [facts, checked] = await Promise.all([store.compliance.facts(since), chain()]);
    return { at: facts.at, since: facts.since, controls: assess({ ...facts, chain: checked }) };
  };
}

/** One at a time, whoever asks meanwhile waits for the same; a check that could not be made is not kept. */
function chainChecks(store: Store, clock: () => Date): () => Promise<Chain> {
  let made: { readonly atMs: number; readonly chain: Promise<Chain> } | undefined;
  return () => {
    const now = clock();
    if (made !== undefined && Math.abs(now.getTime() - made.atMs) < chainHoldsMs) return made.chain;
    const chain = store.audit.verify().then(({ ok, rows, head }) => ({ ok, rows, head, at: now.toISOString() }));
    const mine = { atMs: now.getTime(), chain };
    made = mine;
    chain.catch(() => {
      if (made === mine) made = undefined;
    });
    return chain;
  };
}
