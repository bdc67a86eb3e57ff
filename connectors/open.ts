/** The one door to connectors: a point as configured, and the connector of its kind. */
import type { Connector, ConnectorKind, PointConfig } from './connector.ts';
import { openNftables } from './nftables/connect.ts';
import { openOpa, type OpaPorts } from './opa/connect.ts';

export type ConnectorPorts = OpaPorts;

const openers: Readonly<Record<ConnectorKind, (point: PointConfig, ports: ConnectorPorts) => Connector>> = {
  opa: openOpa,
  nftables: openNftables,
};

/** Throws `input-invalid` for settings that the kind's schema refuses. Nothing is contacted before the first call. */
export function openConnector(point: PointConfig, ports: ConnectorPorts): Connector {
  return openers[point.kind](point, ports);
}
