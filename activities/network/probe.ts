/** `network.probe`: tries one connection at every enforcement point; `probe-unexpected` where one decides otherwise than expected. */
import type { ActionCall, Activities } from '../contract.ts';
import type { Probe } from '../../connectors/connector.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import { familyOf, parseAddress } from '../../domain/policy/addresses.ts';
import type { NetworkRequest } from '../../domain/policy/model.ts';
import { requireRun } from '../effect/check-order.ts';
import { findHost } from '../find-asset.ts';
import { integerParam, textParam } from '../params.ts';
import { connectionPoints } from './points.ts';
import type { Ports } from '../ports.ts';

const defaultPort = 443;

export function networkProbe(ports: Ports): Activities['network.probe'] {
  return async (call) => {
    await requireRun(ports, call);
    const expected = expectation(call);
    const request = probeRequest(await ports.store.context.inventory(), call);
    const probes = await probeEverywhere(ports, request);
    for (const { point, probe } of probes)
      await ports.store.points.setProbed(point, { ...probe, request, tried: 1, run: call.run, at: ports.now().toISOString() });
    const wrong = probes.filter(({ probe }) => (probe.decision === 'deny') !== (expected === 'deny'));
    if (wrong.length > 0) throw unexpected(request, expected, wrong);
    return { decision: expected === 'deny' ? 'denied' : 'allowed', probes: probes.map(printed) };
  };
}

type PointProbe = { readonly point: string; readonly probe: Probe };

function expectation(call: ActionCall): 'deny' | 'allow' {
  const text = textParam(call, 'expect');
  if (text === 'denied' || text === 'deny') return 'deny';
  if (text === 'allow' || text === 'allowed') return 'allow';
  throw new EdictError('input-invalid', `step \`${call.step}\` expects \`${text}\``, { expected: '`allow` or `denied`' });
}

function probeRequest(inventory: Inventory, call: ActionCall): NetworkRequest {
  const from = findHost(inventory, call.params['from'], call.step);
  const to = findHost(inventory, call.params['to'], call.step);
  const port = call.params['port'] === undefined ? defaultPort : integerParam(call, 'port');
  for (const source of from.addresses) {
    const destination = to.addresses.find((address) => family(address) === family(source));
    if (destination !== undefined) return { kind: 'network', from: source, to: destination, protocol: 'tcp', port };
  }
  throw new EdictError('input-invalid', `\`${from.name}\` and \`${to.name}\` share no address family`, { where: call.step });
}

async function probeEverywhere(ports: Ports, request: NetworkRequest): Promise<readonly PointProbe[]> {
  const points = connectionPoints(await ports.store.points.list());
  if (points.length === 0) throw new EdictError('enforcement-point-unknown', 'there is no enforcement point to probe');
  const outcomes = await Promise.all(points.map(({ name }) => probeAt(ports, name, request)));
  const probes = outcomes.flatMap((outcome) => ('probe' in outcome ? [outcome] : []));
  if (probes.length === 0)
    throw new EdictError('probe-unsupported', `${request.from} → ${request.to} can be tried at no enforcement point`);
  return probes;
}

/** A point that cannot try this connection says nothing about it. */
async function probeAt(ports: Ports, point: string, request: NetworkRequest): Promise<PointProbe | { readonly unsupported: string }> {
  try {
    const connector = await ports.connector(point);
    return { point, probe: await connector.probe(request, { signal: ports.caller().signal }) };
  } catch (error) {
    if (error instanceof EdictError && error.code === 'probe-unsupported') return { unsupported: point };
    throw error;
  }
}

function unexpected(request: NetworkRequest, expected: string, wrong: readonly PointProbe[]): EdictError {
  const found = wrong.map(({ point, probe }) => `\`${point}\` says ${probe.decision} (${probe.detail})`).join(', ');
  return new EdictError('probe-unexpected', `${request.from} → ${request.to} tcp/${request.port} should be ${expected}: ${found}`);
}

function printed({ point, probe }: PointProbe) {
  return { point, decision: probe.decision, method: probe.method, detail: probe.detail, elapsedMs: probe.elapsedMs };
}

function family(address: string): number | undefined {
  const value = parseAddress(address);
  return value === undefined ? undefined : familyOf(value);
}
