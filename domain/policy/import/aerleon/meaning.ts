/**
 * What a policy in aerleon's language means for one platform: the terms of every filter that is made for it, as an ordered first-match
 * list. Terms that have expired, that are for other platforms or that only hold text for other platforms say nothing.
 */
import { anyAddress, type Family } from '../../addresses.ts';
import type { Decision } from '../../model.ts';
import { type ConnectionState, flowSet } from '../../request/flow.ts';
import { bothMustAllow, type FilterRule, unreadable } from '../filter.ts';
import { isNowhere, mirrored, wordSet } from '../region.ts';
import { type AerleonDefinitions, ofFamilies } from './definitions.ts';
import { type Dialect, dialectOf } from './dialects.ts';
import type { AerleonFilter, AerleonTerm } from './parse.ts';
import { regionsOf, valuesOf } from './terms.ts';

export type AerleonMeaning = {
  readonly rules: readonly FilterRule[];
  readonly families: readonly Family[];
  readonly states: readonly ConnectionState[];
  /** Of TCP it speaks of the packet that opens a connection alone. */
  readonly opening: boolean;
};

type Given = {
  readonly platform: string;
  readonly definitions: AerleonDefinitions;
  /** RFC 3339 date that expirations are told by. */ readonly today: string;
};

/** Throws `artifact-unreadable`, and `UndefinedName` where a name is not defined. `several`: filters are lists of their own. */
export function aerleonMeaning(filters: readonly AerleonFilter[], given: Given, several: boolean): AerleonMeaning {
  const dialect = dialectOf(given.platform);
  if (dialect === undefined) throw unreadable(`platform \`${given.platform}\``);
  const own = filters.flatMap((filter) =>
    filter.targets
      .filter(({ platform }) => platform === given.platform)
      .slice(0, 1)
      .map(({ options }) => ({ filter, options })),
  );
  const tagged = several && ([4, 6] as const).some((family) => listNames(own, dialect, family).size > 1);
  const lists = own.map(({ filter, options }) => {
    const rules = rulesOf(filter, { ...given, dialect, options });
    return tagged ? rules.map((rule) => ({ ...rule, region: { ...rule.region, list: wordSet([options[0] ?? '']) } })) : rules;
  });
  return {
    rules: dialect.filtersMeet === true ? lists.reduce(bothMustAllow, []) : lists.flat(),
    families: [...new Set(own.flatMap(({ options }) => dialect.families(options)))],
    states: dialect.states,
    opening: own.every(
      ({ filter, options }) => dialect.tracking(options) === 'opening' && filter.terms.every(({ fields }) => !fields.has('option')),
    ),
  };
}

type Own = { readonly filter: AerleonFilter; readonly options: readonly string[] };

function listNames(own: readonly Own[], dialect: Dialect, family: Family): ReadonlySet<string | undefined> {
  return new Set(own.filter(({ options }) => dialect.families(options).includes(family)).map(({ options }) => options[0]));
}

type Context = Given & { readonly dialect: Dialect; readonly options: readonly string[] };

function rulesOf({ terms }: AerleonFilter, context: Context): readonly FilterRule[] {
  const { dialect, options } = context;
  const fallback = dialect.fallback?.(options);
  const ordered = dialect.byPriority === true ? byPriority(terms) : terms;
  const left = ordered.filter((term) => isFor(term, context));
  const hasFallback = fallback !== undefined && (dialect.fallbackOfTerms !== true || left.length > 0);
  return [
    ...(dialect.answersFirst === true ? [answers(context)] : []),
    ...left.flatMap((term) => termRules(term, context)),
    ...(!hasFallback ? [] : [{ region: dialect.fallbackAnyway === true ? {} : everywhere(context), decision: fallback }]),
  ];
}

function everywhere({ dialect, options }: Context): FilterRule['region'] {
  const set = ofFamilies(anyAddress, dialect.families(options));
  return { source: set, destination: set, flow: flowSet({ directions: dialect.directions?.(options) }) };
}

function answers(context: Context): FilterRule {
  const flow = flowSet({ directions: context.dialect.directions?.(context.options), states: ['established', 'related'] });
  return { region: { ...everywhere(context), flow }, decision: 'allow' };
}

function byPriority(terms: readonly AerleonTerm[]): readonly AerleonTerm[] {
  const priorityOf = (term: AerleonTerm) => Number(valuesOf(term, 'priority')[0] ?? (deniesAll(term) ? 65_534 : 1_000));
  return terms.toSorted((a, b) => priorityOf(a) - priorityOf(b));
}

function deniesAll(term: AerleonTerm): boolean {
  return (
    valuesOf(term, 'action')[0] === 'deny' &&
    [...term.fields.keys()].every((keyword) => ['action', 'comment', 'logging', 'owner'].includes(keyword))
  );
}

function isFor(term: AerleonTerm, { platform, today }: Context): boolean {
  const only = valuesOf(term, 'platform');
  const expires = valuesOf(term, 'expiration')[0];
  const isExpired = expires !== undefined && isoDate(expires) <= today;
  return !isExpired && (only.length === 0 || only.includes(platform)) && !valuesOf(term, 'platform-exclude').includes(platform);
}

/** `2001-1-9` is 2001-01-09. */
function isoDate(text: string): string {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) throw unreadable(`expiration \`${text}\``);
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function termRules(term: AerleonTerm, context: Context): readonly FilterRule[] {
  const { platform, dialect } = context;
  const verbatim = term.fields.get('verbatim');
  if (verbatim !== undefined) {
    if (verbatim.includes(platform)) throw unreadable('verbatim text');
    return [];
  }
  const decision = decisionOf(term, dialect);
  if (decision === undefined) return [];
  const where = { line: term.line, text: `term ${term.name}` };
  return regionsOf(term, context)
    .flatMap((region) => (dialect.mirrors === true ? [region, ...mirrored(region)] : [region]))
    .filter((region) => !isNowhere(region))
    .map((region) => ({ region, decision, where }));
}

const decisions: Readonly<Record<string, Decision>> = { accept: 'allow', deny: 'deny', reject: 'deny', 'reject-with-tcp-rst': 'deny' };

/** `undefined`: the next term decides. What is sent to a next hop is let through. */
function decisionOf(term: AerleonTerm, dialect: Dialect): Decision | undefined {
  const [action = term.fields.has('next-ip') ? 'accept' : ''] = valuesOf(term, 'action');
  if (action === 'next') return dialect.next === 'leave' ? 'not-applicable' : undefined;
  const decision = Object.hasOwn(decisions, action) ? decisions[action] : undefined;
  if (decision === undefined) throw unreadable(`action \`${action}\``);
  return decision;
}
