/**
 * What a reader makes of a firewall's configuration: an ordered first-match list over regions, and the lines that it did not
 * understand. Readers that are asked to vouch for a whole text use `vouched`, which refuses it at the first such line.
 */
import { EdictError } from '../../errors.ts';
import type { Decision } from '../model.ts';
import type { ReadRule } from '../targets/target.ts';
import { beyond, boxOfRegion, isNowhere, meet, type Region } from './region.ts';

export type FilterRule = { readonly region: Region; readonly decision: Decision; readonly where?: Place | undefined };

export type Place = { readonly line: number; readonly text: string };

/** A line, and why nothing was made of it. */
export type Unread = Place & { readonly reason: string };

export type Filter = {
  readonly rules: readonly FilterRule[];
  readonly unread: readonly Unread[];
  /** Of the minutes in the rules; UTC unless told. */
  readonly timezone?: string | undefined;
};

/** Throws `artifact-unreadable` where anything was not understood, or lies beyond the request space. Times are those of UTC. */
export function vouched({ rules, unread }: Filter, file: string): readonly ReadRule[] {
  const first = unread[0];
  if (first !== undefined)
    throw new EdictError('artifact-unreadable', `cannot read \`${first.text.trim().slice(0, 200)}\`: ${first.reason}`, {
      where: `${file}:${first.line}`,
    });
  return rules.filter(({ region }) => !isNowhere(region)).map((rule) => readRuleOf(rule, file));
}

function readRuleOf({ region, decision, where }: FilterRule, file: string): ReadRule {
  const [condition] = beyond(region);
  if (condition !== undefined)
    throw new EdictError('artifact-unreadable', `cannot read a match on \`${condition}\``, { where: `${file}:${where?.line ?? 0}` });
  const timezone = region['minute'] === undefined ? {} : { timezone: 'UTC' };
  return { box: boxOfRegion(region), decision, ...timezone, ...(where === undefined ? {} : { where }) };
}

/** Reads line by line: what `read` throws as `artifact-unreadable` becomes an `Unread`. */
export function gatherUnread<T>(unread: Unread[], place: Place, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
    unread.push({ ...place, reason: error.expected === undefined ? error.message : `${error.message}; expected ${error.expected}` });
    return undefined;
  }
}

export function unreadable(message: string, expected?: string): EdictError {
  return new EdictError('artifact-unreadable', message, expected === undefined ? {} : { expected });
}

/** Two lists that a packet must both get through: what the first accepts goes on to the second, what it refuses stays refused. */
export function bothMustAllow(first: readonly FilterRule[], second: readonly FilterRule[]): readonly FilterRule[] {
  const met = first.flatMap((rule) => {
    if (rule.decision === 'deny') return [rule];
    const inner = second.map((next) => ({
      ...next,
      region: meet(rule.region, next.region),
      decision: next.decision === 'not-applicable' ? rule.decision : next.decision,
    }));
    return [...inner.filter(({ region }) => !isNowhere(region)), rule];
  });
  return [...met, ...second];
}
