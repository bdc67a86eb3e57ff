/** Findings in words, each with a request that shows it and how that is decided. */
import type { Inventory } from '../../context/inventory.ts';
import { families } from '../addresses.ts';
import type { Path } from '../compare.ts';
import { childOf } from '../diagram.ts';
import { element } from '../element.ts';
import type { Decision, Request, RuleEffect } from '../model.ts';
import { printRequest } from '../request-text.ts';
import type { SlotName } from '../access/space/atom.ts';
import type { Broad } from './broad.ts';
import type { Needless } from './coverage.ts';
import type { Decisive, RuleSet } from './decisive.ts';
import { type Finding, type FindingKind, type FindingWitness, severityOf } from './finding.ts';
import type { BroadGrant } from './grants/broad.ts';
import type { GrantUsage } from './grants/usage.ts';
import type { Overlap } from './overlaps.ts';
import type { Usage } from './right-size.ts';
import { printSize } from './size.ts';

export type Subject = {
  readonly set: RuleSet;
  readonly found: Decisive;
  /** The request that a path stands for. */
  readonly make: (path: Path) => Request;
  readonly inventory: Inventory;
};

export type Telling = {
  readonly needless: (needless: Needless) => Finding;
  readonly overlap: (overlap: Overlap) => Finding;
  readonly broad: (broad: Broad) => Finding;
  readonly broadGrant: (broad: BroadGrant) => Finding;
  /** `support`: the flows that were looked at. */
  readonly neverUsed: (usage: Usage, support: number) => Finding;
  readonly partlyUsed: (usage: Usage) => Finding;
  /** `support`: the requests that were looked at. */
  readonly neverAsked: (usage: GrantUsage, support: number) => Finding;
  readonly partlyAsked: (usage: GrantUsage) => Finding;
  readonly overBudget: (text: string) => Finding;
  readonly unused: (object: string) => Finding;
};

const decisionOf: Readonly<Record<RuleEffect, Decision>> = { deny: 'deny', allow: 'allow', claim: 'deny' };

export function tellingOf(subject: Subject): Telling {
  const { set, make, inventory } = subject;
  const id = (rule: number) => element(set.rules, rule).id;
  const show = (path: Path): FindingWitness => {
    const { settled, decision, rules } = settle(subject, path);
    const request = make(settled);
    const by = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
    return { request, decision, text: `${printRequest(request, inventory)}: ${decision}${by}` };
  };
  return {
    ...withoutRequest,
    needless: ({ rule, standing, by, droppable, path }) => ({
      ...base(standing),
      rule: id(rule),
      rules: by.map(id),
      ...(path === undefined ? {} : { witness: show(path) }),
      droppable,
      text: needlessText(standing, id(rule), by.map(id)),
    }),
    overlap: ({ allow, deny, relation, path }) => ({
      ...base(relation),
      rule: id(allow),
      rules: [id(deny)],
      witness: show(path),
      text:
        relation === 'conflicting'
          ? `\`${id(deny)}\` denies a part of what \`${id(allow)}\` allows`
          : `\`${id(allow)}\` allows and \`${id(deny)}\` denies what both match; each matches more than the other`,
    }),
    broad: ({ rule, sizes, part, path }) => ({
      ...base('over-broad'),
      rule: id(rule),
      rules: [],
      ...(path === undefined ? {} : { witness: show(path) }),
      text: `\`${id(rule)}\` allows ${printSize(element(sizes, part))} of IPv${families[part]}`,
    }),
    broadGrant: ({ rule, all, path }) => ({
      ...base('over-broad'),
      rule: id(rule),
      rules: [],
      ...(path === undefined ? {} : { witness: show(path) }),
      text: `\`${id(rule)}\` allows ${all.map((slot) => allOf[slot]).join(', ')}`,
    }),
  };
}

/** What is told of counts and names: no request shows it. */
const withoutRequest: Pick<Telling, 'neverUsed' | 'partlyUsed' | 'neverAsked' | 'partlyAsked' | 'overBudget' | 'unused'> = {
  neverUsed: ({ rule }, support) => ({
    ...base('never-used'),
    rule,
    rules: [],
    text: `\`${rule}\` let nothing pass in ${support} recorded flows`,
  }),
  partlyUsed: ({ rule, allows, narrower, flows }) => ({
    ...base('over-broad'),
    rule,
    rules: [],
    text: `\`${rule}\` allows \`${allows}\`; the ${flows} recorded flows that it let pass used \`${narrower}\` alone`,
  }),
  neverAsked: ({ rule }, support) => ({
    ...base('never-used'),
    rule,
    rules: [],
    text: `\`${rule}\` let nothing pass in ${support} recorded requests`,
  }),
  partlyAsked: ({ rule, requests, unused }) => ({
    ...base('over-broad'),
    rule,
    rules: [],
    text: `\`${rule}\`: the ${requests} recorded requests that it let pass never needed ${listed(Object.values(unused).flat())}`,
  }),
  overBudget: (text) => ({ ...base('over-budget'), rules: [], text }),
  unused: (object) => ({ ...base('unused-object'), object, rules: [], text: `no rule uses \`${object}\`` }),
};

const allOf: Readonly<Record<SlotName, string>> = {
  principal: 'anybody, known or not',
  action: 'every action, also those that nobody thought of',
  resource: 'everything there is',
};

function base(kind: FindingKind): Pick<Finding, 'kind' | 'severity'> {
  return { kind, severity: severityOf[kind] };
}

function needlessText(standing: Needless['standing'], rule: string, by: readonly string[]): string {
  if (standing === 'empty') return `\`${rule}\` matches nothing: its exceptions take away all of it`;
  const [others, one] = [listed(by), by.length === 1 ? 's' : ''];
  if (standing === 'shadowed') return `\`${rule}\` never decides: ${others} come${one} before it on all that it matches`;
  return `\`${rule}\` changes nothing: ${others} decide${one} the same without it`;
}

const mostNamed = 5;

function listed(rules: readonly string[]): string {
  const named = rules.slice(0, mostNamed).map((rule) => `\`${rule}\``);
  const more = rules.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

type Settled = { readonly settled: Path; readonly decision: Decision; readonly rules: readonly string[] };

/** The path down to one decision: what it leaves open, and the decision depends on, is settled. */
function settle({ set, found }: Subject, { part, classes }: Path): Settled {
  const settled = [...classes];
  let id = element(found.roots, part);
  for (let node = found.store.nodes[id]; node !== undefined; node = found.store.nodes[id]) {
    const at = settled[node.level] ?? element(node.starts, 0);
    settled[node.level] = at;
    id = childOf(node, at);
  }
  const rules = (found.deciding.get(id)?.rules ?? []).map((rule) => element(set.rules, rule));
  const decision = rules[0] === undefined ? 'not-applicable' : decisionOf[rules[0].effect];
  return { settled: { part, classes: settled }, decision, rules: rules.map(({ id: name }) => name) };
}
