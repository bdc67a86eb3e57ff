/**
 * The beacon detector on recorded traffic of the ATT&CK APT29 emulation, whose command-and-control channel is known (10.0.1.6 to
 * 192.168.0.4, port 8443): precision over what it reports, recall over what is there, and how many host pairs it leaves alone.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beaconDefaults, detectBeacons } from '../../domain/context/detectors.ts';
import { internalCidrs, serviceOf } from '../../domain/context/graph.ts';
import { parseInventory } from '../../domain/context/parse-inventory.ts';
import { parseZeek } from '../../domain/context/parse-zeek.ts';
import { filesUnder, qualityFigure } from './figure.ts';
import type { QualityFigure } from './figure.ts';

const truth: ReadonlySet<string> = new Set(['10.0.1.6 192.168.0.4 tcp/8443']);
const demo = join(import.meta.dirname, '..', '..', 'demo', 'data');

export function evalDetectors(data: string | undefined): readonly QualityFigure[] {
  const { inventory } = parseInventory({
    assets: readFileSync(join(demo, 'inventory.csv'), 'utf8'),
    zones: readFileSync(join(demo, 'zones.csv'), 'utf8'),
  });
  const own = filesUnder(data, 'conn.log');
  const files = own.length > 0 ? own : ['conn-apt29.log', 'conn-payments-synthetic.log'].map((name) => join(demo, name));
  const connections = files.flatMap((file) => parseZeek(readFileSync(file, 'utf8')).items);
  const found = detectBeacons(connections, { ...beaconDefaults, internal: internalCidrs(inventory) });
  const named = found.map(
    ({ source, destination, attributes }) => `${source} ${destination} ${JSON.stringify(attributes['service']).slice(1, -1)}`,
  );
  const right = named.filter((name) => truth.has(name));
  const pairs = new Set(connections.map((connection) => `${connection.from} ${connection.to} ${serviceOf(connection)}`));
  const others = [...pairs].filter((pair) => !truth.has(pair));
  const wrong = named.filter((name) => !truth.has(name));
  const missed = [...truth].filter((name) => pairs.has(name) && !named.includes(name));
  const present = [...truth].filter((name) => pairs.has(name)).length;
  return [
    qualityFigure('detectors: beacons reported that are beacons (precision)', right.length, named.length, wrong),
    qualityFigure('detectors: beacons present that are reported (recall)', present - missed.length, present, missed),
    qualityFigure('detectors: other host pairs left alone', others.length - wrong.length, others.length, wrong),
  ];
}
