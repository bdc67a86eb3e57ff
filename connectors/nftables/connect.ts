/** Opens the connector to one nftables firewall. */
import { EdictError } from '../../domain/errors.ts';
import type { Connector, PointConfig } from '../connector.ts';
import { createConnector, type ArtifactSource } from '../point.ts';
import { wrongSettings } from '../wrong-settings.ts';
import { applyRuleset } from './apply.ts';
import { readRuleset } from './observe.ts';
import { firewallPermissions } from './permissions.ts';
import { probePackets } from './probe.ts';
import { nftablesSettings } from '../../domain/enforcement/point-settings.schema.ts';

const defaultTimeoutMs = 30_000;
/** Long enough for an answer over any network that is probed, short enough to try hundreds. */
const defaultProbeTimeoutMs = 500;

export function openNftables(
  { name, settings, target = 'nftables' }: PointConfig,
  ports: { readonly artifacts: ArtifactSource },
): Connector {
  if (target !== 'nftables')
    throw new EdictError('input-invalid', `nftables does not take \`${target}\``, { where: name, expected: 'nftables' });
  const parsed = nftablesSettings.safeParse(settings);
  if (!parsed.success) throw wrongSettings(name, parsed.error.issues);
  const { exec, prober, timeoutMs = defaultTimeoutMs, probeTimeoutMs = defaultProbeTimeoutMs } = parsed.data;
  return createConnector(
    {
      kind: 'nftables',
      point: name,
      target: 'nftables',
      timeoutMs,
      read: (deadline) => readRuleset(name, exec, deadline),
      write: (write, deadline) => applyRuleset(name, exec, write, deadline),
      probe: async (requests, deadline) => {
        if (prober === undefined) return requests.map((request) => ({ request, reason: 'the point has no prober in its settings' }));
        return probePackets({ point: name, prober, timeoutMs: probeTimeoutMs, deadline }, requests);
      },
      permissions: (deadline) => firewallPermissions({ point: name, exec, prober }, deadline),
      close: async () => undefined,
    },
    ports.artifacts,
  );
}
