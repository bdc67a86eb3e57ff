/**
 * Rules that can be done without, over the union of all others: `shadowed` (weightier rules decide every request of it), `redundant`
 * (every request is decided alike without it) and `empty` (its exceptions leave it nothing). The names are those of Al-Shaer and
 * Hamed, "Discovery of policy anomalies in distributed firewalls" (INFOCOM 2004), here over sets of rules rather than pairs.
 */
import type { Path } from '../compare.ts';
import type { NodeId } from '../diagram.ts';
import { element } from '../element.ts';
import { boxesOf, type Deciding, type Decisive, regionOf, type RuleSet } from './decisive.ts';
import { walkBoxes } from './walk-box.ts';
import { walkTogether } from './walk.ts';

export type Needless = {
  readonly rule: number;
  readonly standing: 'shadowed' | 'redundant' | 'empty';
  /** The rules that decide its requests instead; few, not always fewest. */
  readonly by: readonly number[];
  /** Whether it may go together with all others that say so. Of two equal rules only the later one may. */
  readonly droppable: boolean;
  /** To a request of it; absent when `empty`. */
  readonly path?: Path | undefined;
};

export function needlessRules<Name extends string>(set: RuleSet<Name>, found: Decisive<Name>): readonly Needless[] {
  const byRule = terminalsByRule(set, found);
  const candidates = set.rules.flatMap((_, rule) => (isNecessary(rule, element(byRule, rule)) ? [] : [rule]));
  const dropped = droppedTogether(set, { candidates, byRule });
  return candidates.map((rule) => ({ rule, droppable: dropped.has(rule), ...coverOf(set, found, rule) }));
}

type ByRule = readonly (readonly Deciding[])[];

function terminalsByRule({ rules }: RuleSet, { deciding }: Decisive): ByRule {
  const byRule = rules.map((): Deciding[] => []);
  for (const said of deciding.values()) for (const rule of said.rules) element(byRule, rule).push(said);
  return byRule;
}

/** Somewhere it decides alone; a deny, where no claim would deny the same. */
function isNecessary(rule: number, terminals: readonly Deciding[]): boolean {
  return terminals.some(({ rules, claims }) => rules.length === 1 && rules[0] === rule && claims.length === 0);
}

type Choice = { readonly candidates: readonly number[]; readonly byRule: ByRule };

/**
 * Later rules go first. INVARIANT: every terminal keeps one of its rules; a deny may go beyond that where a claim that stays denies all
 * that it does.
 */
function droppedTogether({ rules }: RuleSet, { candidates, byRule }: Choice): ReadonlySet<number> {
  const dropped = new Set<number>();
  const isKept = (rule: number) => !dropped.has(rule);
  for (const rule of candidates.toReversed()) {
    const covered = (said: Deciding) => said.rules.some((other) => other !== rule && isKept(other));
    const claimed = (said: Deciding) => element(rules, rule).effect === 'deny' && said.claims.some(isKept);
    const terminals = element(byRule, rule);
    if (terminals.every(covered) || terminals.every(claimed)) dropped.add(rule);
  }
  return dropped;
}

function coverOf(set: RuleSet, found: Decisive, rule: number): Pick<Needless, 'standing' | 'by' | 'path'> {
  const { effect } = element(set.rules, rule);
  const covers = new Map<NodeId, readonly number[]>();
  let path: Path | undefined;
  let alike = false;
  walkRule(found, rule, (terminal, place) => {
    const { rules = [], claims = [] } = found.deciding.get(terminal) ?? {};
    const isAlike = rules[0] !== undefined && element(set.rules, rules[0]).effect === effect;
    if (path === undefined || (isAlike && !alike)) path = place;
    alike ||= isAlike;
    const others = rules.filter((other) => other !== rule);
    covers.set(terminal, others.length > 0 ? others : claims);
  });
  if (path === undefined) return { standing: 'empty', by: [] };
  return { standing: alike ? 'redundant' : 'shadowed', by: smallCover([...covers.values()]), path };
}

/** Exceptions that are taken out as boxes; of more there would be too many. */
const fewExceptions = 3;

/** What is decided where a rule applies. */
function walkRule(found: Decisive, rule: number, atLeaf: (terminal: NodeId, path: Path) => void): void {
  if (element(found.clausesOf, rule).length <= 1 + fewExceptions) {
    walkBoxes(found.store, found.roots, { boxes: (part) => boxesOf(found, rule, part), atLeaf });
    return;
  }
  walkTogether(found.store, [regionOf(found, rule), found.roots], {
    within: (region) => found.store.terminals[region] !== '',
    atLeaf: ([, terminal = -1], path) => {
      atLeaf(terminal, path);
      return false;
    },
  });
}

/** Greedily, the rule first that stands in for most. */
function smallCover(lists: readonly (readonly number[])[]): readonly number[] {
  const chosen: number[] = [];
  let open = lists.filter((list) => list.length > 0);
  while (open.length > 0) {
    const counts = new Map<number, number>();
    for (const list of open) for (const rule of list) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const [best] = [...counts].toSorted(([a, x], [b, y]) => y - x || a - b);
    if (best === undefined) break;
    chosen.push(best[0]);
    open = open.filter((list) => !list.includes(best[0]));
  }
  return chosen.toSorted((a, b) => a - b);
}
