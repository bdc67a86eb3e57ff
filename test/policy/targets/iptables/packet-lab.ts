/** iptables' own decisions on real packets: the artifact put in force between a client and a server that answers for every address. */
import { spawnSync } from 'node:child_process';
import { withDeadline } from '../../../../connectors/deadline.ts';
import { createLab, type Lab } from '../../../../connectors/nftables/lab.ts';
import { probePackets } from '../../../../connectors/nftables/probe.ts';
import type { Decision, NetworkRequest, Request } from '../../../../domain/policy/model.ts';
import type { Artifact } from '../../../../domain/policy/targets/target.ts';

const timeoutMs = 2_000;

export type PacketLab = {
  readonly decide: (artifact: Artifact, requests: readonly Request[]) => Promise<readonly (Decision | undefined)[]>;
  readonly stop: () => Promise<void>;
};

/** Made when it is first asked, and destroyed by `stop`. */
export function packetLab(): PacketLab {
  let held: Promise<Lab> | undefined;
  return {
    decide: async (artifact, requests) => {
      held ??= openLab();
      const lab = await held;
      putInForce(lab, artifact);
      const network = requests.filter((request): request is NetworkRequest => request.kind === 'network');
      const prober = { from: [...lab.clientExec], to: [...lab.serverExec] };
      const outcomes = await withDeadline('iptables', { timeoutMs: 60_000 }, (deadline) =>
        probePackets({ point: 'iptables', prober, timeoutMs, deadline }, network),
      );
      return outcomes.map((outcome) => decisionOf(outcome));
    },
    stop: async () => (await held)?.destroy(),
  };
}

async function openLab(): Promise<Lab> {
  const lab = await createLab({ name: `iptables-${process.pid}` });
  if (!lab.supported) throw new Error(lab.reason);
  return lab;
}

/** What no rule speaks of is dropped without a word here, so that it can be told from what is allowed and from what is refused. */
function putInForce({ firewallExec }: Lab, { files }: Artifact): void {
  for (const tool of ['iptables', 'ip6tables']) {
    const text = (files[`${tool}.rules`] ?? '').replace(/^COMMIT$/m, '-A FORWARD -j DROP\nCOMMIT');
    const [command, ...rest] = [...firewallExec, 'env', 'XTABLES_LOCKFILE=/tmp/edict-iptables.lock', `${tool}-restore`];
    const { status, stderr } = spawnSync(command, rest, {
      input: text,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
    });
    if (status !== 0) throw new Error(`${tool}-restore: ${stderr}`);
  }
}

/** The kernel limits how often it sends ICMP errors: silence says something of TCP alone. */
function decisionOf({ request, ...outcome }: Awaited<ReturnType<typeof probePackets>>[number]): Decision | undefined {
  if (!('probe' in outcome) || outcome.probe === undefined) return undefined;
  if (outcome.probe.decision === 'allow') return 'allow';
  if (outcome.probe.detail.startsWith('refused')) return 'deny';
  return 'protocol' in request && request.protocol === 'tcp' ? 'not-applicable' : undefined;
}
