/** What the prober's two processes are told and answer: one JSON line each way. */
import type { NetworkRequest } from '../../domain/policy/model.ts';

export type Packet = Pick<NetworkRequest, 'from' | 'to' | 'port'> & { readonly protocol: 'tcp' | 'udp' };

/** Bound to no address for TCP: one listener takes what comes for any. UDP answers from where it was asked. */
export type Listen = { readonly packets: readonly Packet[] };
export type Listening = { readonly failed: readonly { readonly packet: Packet; readonly reason: string }[] };

export type Connect = { readonly packets: readonly Packet[]; readonly timeoutMs: number };
export type Tried = {
  /** `refused`: a reset or an ICMP error came back. `silent`: nothing came back. `impossible`: it could not even be sent. */
  readonly outcome: 'connected' | 'refused' | 'silent' | 'impossible';
  readonly detail: string;
  readonly elapsedMs: number;
};
