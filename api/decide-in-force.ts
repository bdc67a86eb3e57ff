/** Decides requests by the policies in force, in process. The prepared diagram is kept for as long as policies and inventory stay the same. */
import { digestOf } from '../domain/digest.ts';
import type { Request } from '../domain/policy/model.ts';
import { nextEndMs, policiesAt } from '../domain/policy/life/exceptions.ts';
import { decide, prepare } from '../domain/policy/decide.ts';
import type { Decider } from '../domain/policy/decide.ts';
import type { Store } from '../store/port.ts';
import type { DecideReply } from './contract/policies.ts';

export function decideInForce(store: Store, clock: () => Date): (request: Request) => Promise<DecideReply> {
  let prepared: { readonly key: string; readonly decider: Decider } | undefined;
  return async (request) => {
    const [versions, inventory] = await Promise.all([store.policies.inForce(), store.context.inventory()]);
    const written = versions.map(({ document }) => document);
    const nowMs = clock().getTime();
    // When the next exception ends, what was prepared no longer holds.
    const key = digestOf({ inventory, versions: versions.map(({ digest }) => digest), until: nextEndMs(written, nowMs) ?? null });
    if (prepared?.key !== key) {
      prepared = { key, decider: prepare(policiesAt(written, nowMs), inventory) };
    }
    const policies = versions.map(({ policy, version, digest }) => ({ policy, version, digest }));
    return { ...decide(prepared.decider, request), policies };
  };
}
