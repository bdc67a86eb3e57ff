/**
 * Pairs of an allow and a deny that match a common request. The deny wins there: `conflicting` where the deny lies wholly inside the
 * allow (a carve-out, often meant), `correlated` where each also matches what the other does not. An allow that lies inside one deny is
 * shadowed, and not told of here.
 */
import type { Path } from '../compare.ts';
import { element } from '../element.ts';
import type { RuleEffect } from '../model.ts';
import type { Roots } from '../diagram.ts';
import { type Decisive, matchRuns, regionOf, type RuleSet } from './decisive.ts';
import { type ClassRuns, common, meetings } from './meetings.ts';
import { walkTogether } from './walk.ts';

export type Overlap = {
  readonly allow: number;
  readonly deny: number;
  readonly relation: 'conflicting' | 'correlated';
  readonly path: Path;
};

export type Overlaps = {
  readonly found: readonly Overlap[];
  /** Not every pair was looked at: there were more than can be. */
  readonly cut: boolean;
};

const most = { looks: 4_000_000, found: 50_000 } as const;

type Search = {
  readonly decisive: Decisive;
  readonly regions: Map<number, Roots>;
  readonly found: Map<string, Overlap>;
  looks: number;
};

export function overlapsOf<Name extends string>(set: RuleSet<Name>, decisive: Decisive<Name>): Overlaps {
  const of = (effect: RuleEffect) => set.rules.flatMap((rule, index) => (rule.effect === effect ? [index] : []));
  const [allows, denies] = [of('allow'), of('deny')];
  const search: Search = { decisive, regions: new Map(), found: new Map(), looks: 0 };
  let cut = false;
  for (let part = 0; part < decisive.store.space.parts; part += 1) cut = searchPart(search, part, { allows, denies }) || cut;
  return { found: [...search.found.values()].toSorted((a, b) => a.allow - b.allow || a.deny - b.deny), cut };
}

type Sides = { readonly allows: readonly number[]; readonly denies: readonly number[] };

/**
 * Whether it was cut short. Level by level, rules whose sets meet are looked at together: what a level tells apart is never paired.
 */
function searchPart(search: Search, part: number, sides: Sides, level = 0): boolean {
  const { allows, denies } = sides;
  const { space } = search.decisive.store;
  if (level === space.lines.length || allows.length * denies.length <= fewPairs) return lookAtAll(search, part, sides);
  const groups = [allows, denies].map((rules) => byRuns(rules, (rule) => matchRuns(search.decisive, { rule, level, part })));
  const [mine, theirs] = [element(groups, 0), element(groups, 1)];
  const met = meetings([...mine.keys()], [...theirs.keys()], most.looks - search.looks);
  search.looks += met.looks;
  let { cut } = met;
  for (const [a, b] of met.pairs) {
    cut = searchPart(search, part, { allows: mine.get(a) ?? [], denies: theirs.get(b) ?? [] }, level + 1) || cut;
    if (isSpent(search)) return true;
  }
  return cut;
}

const fewPairs = 4;

function lookAtAll(search: Search, part: number, { allows, denies }: Sides): boolean {
  for (const allow of allows) {
    for (const deny of denies) {
      if (isSpent(search)) return true;
      search.looks += 1;
      look(search, part, { allow, deny });
    }
  }
  return false;
}

function isSpent({ looks, found }: Search): boolean {
  return looks >= most.looks || found.size >= most.found;
}

function byRuns(rules: readonly number[], runsOf: (rule: number) => ClassRuns): ReadonlyMap<ClassRuns, readonly number[]> {
  const groups = new Map<ClassRuns, number[]>();
  for (const rule of rules) {
    const runs = runsOf(rule);
    const group = groups.get(runs);
    if (group === undefined) groups.set(runs, [rule]);
    else group.push(rule);
  }
  return groups;
}

type Pair = { readonly allow: number; readonly deny: number };

function look(search: Search, part: number, { allow, deny }: Pair): void {
  const key = `${allow} ${deny}`;
  if (search.found.has(key)) return;
  const { lines } = search.decisive.store.space;
  const classes: (number | undefined)[] = [];
  for (let level = 0; level < lines.length; level += 1) {
    const mine = matchRuns(search.decisive, { rule: allow, level, part });
    const theirs = matchRuns(search.decisive, { rule: deny, level, part });
    const at = common(mine, theirs);
    if (at === undefined) return;
    classes.push(mine.full && theirs.full ? undefined : at);
  }
  const plain = [allow, deny].every((rule) => element(search.decisive.clausesOf, rule).length === 1);
  const path = { part, classes };
  const overlap = plain ? relationOfMatches(search, { allow, deny }, path) : relationOfRegions(search, { allow, deny });
  if (overlap !== undefined) search.found.set(key, overlap);
}

function relationOfMatches(search: Search, { allow, deny }: Pair, path: Path): Overlap | undefined {
  if (isInside(search.decisive, allow, deny)) return undefined;
  return { allow, deny, relation: isInside(search.decisive, deny, allow) ? 'conflicting' : 'correlated', path };
}

function isInside(decisive: Decisive, inner: number, outer: number): boolean {
  const { lines, parts } = decisive.store.space;
  return Array.from({ length: parts }, (_, part) => part).every((part) => {
    const at = (rule: number, level: number) => matchRuns(decisive, { rule, level, part });
    return (
      lines.some((_line, level) => at(inner, level).runs.length === 0) ||
      lines.every((_line, level) => holdsAll(at(outer, level), at(inner, level)))
    );
  });
}

function holdsAll(outer: ClassRuns, inner: ClassRuns): boolean {
  if (outer === inner || outer.full) return true;
  let at = 0;
  for (let index = 0; index < inner.runs.length; index += 2) {
    while (at < outer.runs.length && element(outer.runs, at + 1) <= element(inner.runs, index)) at += 2;
    if (at >= outer.runs.length) return false;
    if (element(outer.runs, at) > element(inner.runs, index) || element(outer.runs, at + 1) < element(inner.runs, index + 1)) return false;
  }
  return true;
}

/** With exceptions: over the diagrams of where the two apply. */
function relationOfRegions(search: Search, { allow, deny }: Pair): Overlap | undefined {
  let path: Path | undefined;
  const alone = { allow: false, deny: false };
  const { terminals } = search.decisive.store;
  walkTogether(search.decisive.store, [region(search, allow), region(search, deny)], {
    atLeaf: ([a = -1, d = -1], place) => {
      const [allows, denies] = [terminals[a] === 'in', terminals[d] === 'in'];
      if (allows && denies) path ??= place;
      else if (allows) alone.allow = true;
      else if (denies) alone.deny = true;
      return path !== undefined && alone.allow && alone.deny;
    },
  });
  if (path === undefined || !alone.allow) return undefined;
  return { allow, deny, relation: alone.deny ? 'correlated' : 'conflicting', path };
}

function region({ decisive, regions }: Search, rule: number): Roots {
  const held = regions.get(rule) ?? regionOf(decisive, rule);
  regions.set(rule, held);
  return held;
}
