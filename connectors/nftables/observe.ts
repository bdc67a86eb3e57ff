/** Reads what is in force from one listing of the ruleset. */
import type { JsonObject } from '../../domain/json.ts';
import type { Deadline } from '../deadline.ts';
import type { Reading } from '../point.ts';
import { runCommand } from './command.ts';
import { isolationComment } from './isolation-table.ts';
import { contentDigest, countersOf, parseListing, type Listing } from './listing.ts';
import { readSeal, type Seal } from './seal.ts';

/** Facts are for people: the rules that were hit, and not a megabyte of them. */
const maxCounters = 100;

export async function readRuleset(point: string, exec: readonly string[], deadline: Deadline): Promise<Reading> {
  return readingOf(parseListing(point, await runCommand(point, { prefix: exec, args: ['nft', 'list', 'ruleset'] }, deadline)));
}

export function readingOf(listing: Listing): Reading {
  const seal = readSeal(listing.seal);
  const content = contentDigest(listing);
  const empty = listing.policy === undefined && listing.isolation === undefined && listing.seal === undefined;
  return {
    applied: seal?.applied,
    artifactDigest: listing.policy === undefined ? undefined : seal?.applied.artifact,
    isolationKeys: isolationKeys(listing, seal),
    intact: seal === undefined ? empty : seal.content === content,
    facts: facts(listing, content),
  };
}

/** Keys of the seal that the rules bear out. */
function isolationKeys({ isolation }: Listing, seal: Seal | undefined): readonly string[] {
  const shown = new Set(countersOf(isolation).map(({ comment }) => comment));
  return (seal?.applied.isolations ?? []).map(({ key }) => key).filter((key) => shown.has(isolationComment(key)));
}

function facts(listing: Listing, content: string): JsonObject {
  const counted = (table: string | undefined) =>
    countersOf(table)
      .filter(({ packets }) => packets > 0)
      .slice(0, maxCounters)
      .map(({ comment, packets, bytes }) => ({ rule: comment, packets, bytes }));
  return { content, counters: counted(listing.policy), isolationCounters: counted(listing.isolation), otherTables: listing.others };
}
