/** What can be compared: policies, and artifacts of any target that has a reader, as clauses over one space of network requests. */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { type Field, networkDimensions } from '../boxes.ts';
import { clausesOf, type Clauses, type NetworkClause } from '../clauses.ts';
import { comparedBox, completeClauses, firstMatch, ruleReading } from '../compare.ts';
import { buildDiagram, newStore, type Reading, type Roots, type Store } from '../diagram.ts';
import { element } from '../element.ts';
import type { Policy } from '../model.ts';
import { resolver } from '../resolve.ts';
import { spaceOf } from '../space.ts';
import { readNetwork } from '../targets/index.ts';
import type { Artifact } from '../targets/target.ts';

export type Side = {
  readonly name: string;
  readonly clauses: readonly NetworkClause[];
  readonly reading: Reading;
  readonly timezone: string | undefined;
  readonly named: Clauses['named'];
};

/** Throws `policy-name-unknown`, `policy-invalid`, `policy-timezones-mixed` and `inventory-invalid`. */
export function policySide(name: string, policies: readonly Policy[], inventory: Inventory): Side {
  const clauses = clausesOf(policies, resolver(inventory));
  const { timezone, named, rules } = clauses;
  return { name, clauses: completeClauses(clauses), reading: ruleReading(rules), timezone, named };
}

/** Throws `target-unknown` and `artifact-unreadable`. */
export function artifactSide(name: string, artifact: Artifact): Side {
  const read = readNetwork(artifact);
  const timezones = [...new Set(read.flatMap(({ timezone }) => timezone ?? []))];
  if (timezones.length > 1)
    throw new EdictError('artifact-unreadable', `the artifact speaks of time zones \`${timezones.join('`, `')}\``, {
      expected: 'one time zone',
    });
  return {
    name,
    clauses: read.map(({ box }, rule) => ({ role: 'match', rule, box })),
    reading: firstMatch((rule) => element(read, rule).decision),
    timezone: timezones[0],
    named: { directions: [], states: [] },
  };
}

export type Together = {
  readonly store: Store<Field>;
  /** By side. */
  readonly roots: readonly Roots[];
  readonly timezone: string | undefined;
};

/** Throws `policy-timezones-mixed`. */
export function together(sides: readonly Side[]): Together {
  const spoken = sides.filter(({ timezone }) => timezone !== undefined);
  const other = spoken.find(({ timezone }) => timezone !== spoken[0]?.timezone);
  if (other !== undefined)
    throw new EdictError(
      'policy-timezones-mixed',
      `\`${spoken[0]?.name}\` is in \`${spoken[0]?.timezone}\`, \`${other.name}\` in \`${other.timezone}\``,
      { expected: 'one time zone in all' },
    );
  const boxes = sides.flatMap(({ clauses }) => clauses.map(({ box }) => box));
  const store = newStore(spaceOf(networkDimensions, boxes, comparedBox(...sides)));
  return { store, roots: sides.map(({ clauses, reading }) => buildDiagram(store, clauses, reading)), timezone: spoken[0]?.timezone };
}
