/**
 * The kernel's own word on an artifact before it is distributed: it is loaded into a firewall that protects nothing (a
 * laboratory's), and requests go through it as packets. A packet that passes does not say whether a rule let it pass.
 */
import type { Request } from '../../domain/policy/model.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { CallOptions, ProbeOutcome } from '../connector.ts';
import { openNftables } from './connect.ts';

export type PacketProof = {
  readonly name: string;
  /** In the order of the requests; those that no packet can stand for say why. */
  readonly tryMany: (artifact: Artifact, requests: readonly Request[], options?: CallOptions) => Promise<readonly ProbeOutcome[]>;
};

const timeoutMs = 60_000;

/** The way to a firewall that nothing else uses. One artifact is tried at a time. */
export function openPacketProof(
  exec: readonly string[],
  prober: { readonly from: readonly string[]; readonly to: readonly string[] },
): PacketProof {
  const settings = { exec, prober: { from: prober.from, to: prober.to } };
  const connector = openNftables({ name: 'packet-proof', kind: 'nftables', settings }, { artifacts: async () => undefined });
  let last: Promise<unknown> = Promise.resolve();
  const tryOne = async (artifact: Artifact, requests: readonly Request[], options: CallOptions) => {
    await connector.apply({ artifact, isolations: [] }, `proof/${artifact.digest}`, options);
    return (await connector.probeMany?.(requests, options)) ?? [];
  };
  return {
    name: 'nftables, by packets',
    tryMany: (artifact, requests, options = {}) => {
      const next = last.then(() => tryOne(artifact, requests, { timeoutMs, ...options }));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
