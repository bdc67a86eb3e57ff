/**
 * Policies as clauses, the form that diagrams are built from: each rule is a clause for its match, followed by one for each of
 * its exceptions. Rules stand in order of weight (deny, allow, claim), then as written.
 */
import { EdictError } from '../errors.ts';
import { type Box, everything, type Field } from './boxes.ts';
import type { Clause } from './diagram.ts';
import { type IntervalSet, intersect, union } from './intervals.ts';
import {
  isNetworkRule,
  type NetworkMatch,
  type NetworkRule,
  type Policy,
  type RuleEffect,
  type RuleExcept,
  type ServiceSelector,
  type TimeWindow,
} from './model.ts';
import type { Resolve } from './resolve.ts';
import {
  anyFlow,
  anySourcePort,
  type ConnectionState,
  type Direction,
  flowSet,
  newFlow,
  noSourcePort,
  parsePorts,
} from './request/flow.ts';
import { portServices, selectedServices } from './service-selector.ts';
import { minutesOfWeek, parseWindow, type Window } from './time-window.ts';

export type NetworkClause = Clause<Field>;

export type ClauseRule = { readonly id: string; readonly effect: RuleEffect };

export type Clauses = {
  readonly rules: readonly ClauseRule[];
  readonly clauses: readonly NetworkClause[];
  /** The one time zone of every window; absent where there is no window. */
  readonly timezone: string | undefined;
  readonly named: NamedFlows;
};

/** The directions and states that rules speak of by name. */
export type NamedFlows = { readonly directions: readonly Direction[]; readonly states: readonly ConnectionState[] };

/** The place of "no time given" on the line of minutes, behind the week. */
export const unknownMinute = minutesOfWeek;

/** The place of "no source port given". */
const unknownPort: IntervalSet = [{ low: BigInt(noSourcePort), high: BigInt(noSourcePort) }];

const unknownTime: IntervalSet = [{ low: BigInt(unknownMinute), high: BigInt(unknownMinute) }];

const weight: Readonly<Record<RuleEffect, number>> = { deny: 0, allow: 1, claim: 2 };

const idForm = /^[a-z0-9-]{1,64}$/;

/** Every rule under its full id `policy/rule`, in the order of the ids, whatever order they were written in. INVARIANT: no other text than ids of this form reaches an artifact's comments. */
export function allRules(policies: readonly Policy[]): readonly { readonly id: string; readonly rule: NetworkRule }[] {
  const rules = policies.flatMap(({ policy, rules: own }) =>
    own.filter(isNetworkRule).map((rule) => {
      if (!idForm.test(policy) || !idForm.test(rule.id))
        throw new EdictError('policy-invalid', `\`${policy}/${rule.id}\` is not a rule's id`, {
          expected: 'letters a–z, digits and `-`, at most 64',
        });
      return { id: `${policy}/${rule.id}`, rule };
    }),
  );
  return rules.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
}

/** Throws `policy-name-unknown`, `policy-invalid` and `policy-timezones-mixed`. */
export function clausesOf(policies: readonly Policy[], resolve: Resolve): Clauses {
  const words: Words = { resolve, services: serviceReader(), windows: windowReader() };
  const ordered = allRules(policies).toSorted((a, b) => weight[a.rule.effect] - weight[b.rule.effect]);
  const clauses = ordered.flatMap(({ id, rule }, index) => inRule(id, () => clausesOfRule(rule, index, words)));
  return {
    rules: ordered.map(({ id, rule }) => ({ id, effect: rule.effect })),
    clauses,
    timezone: timezoneOf(ordered, words),
    named: namedFlows(ordered.map(({ rule }) => rule)),
  };
}

export function namedFlows(rules: readonly NetworkRule[]): NamedFlows {
  return {
    directions: [...new Set(rules.flatMap(({ match: { direction } }) => direction ?? []))],
    states: [...new Set(rules.flatMap(({ match: { state } }) => state ?? []))],
  };
}

type BoxWords = { readonly resolve: Resolve; readonly services: (text: ServiceSelector) => IntervalSet };

type Words = BoxWords & { readonly windows: (text: TimeWindow) => Window };

function clausesOfRule(rule: NetworkRule, index: number, words: Words): readonly NetworkClause[] {
  const box = matchBox(rule.match, words);
  const match = { role: 'match', rule: index, box } as const;
  const excepts = (rule.except ?? []).flatMap((except) => clausesOfExcept(except, index, words));
  if (rule.match.sourcePorts === undefined) return [match, ...excepts];
  const unsure = {
    role: 'unsure',
    rule: index,
    reason: 'asks for a source port, and the request gives none',
    box: { ...box, sourcePort: unknownPort },
  } as const;
  return [{ ...match, box: { ...box, sourcePort: union(box.sourcePort, unknownPort) } }, ...excepts, unsure];
}

function clausesOfExcept(except: RuleExcept, rule: number, words: Words): readonly NetworkClause[] {
  const box = boxOf(except, words);
  if (except.during === undefined) return [{ role: 'except', rule, box }];
  const { minutes } = words.windows(except.during);
  return [
    { role: 'except', rule, box: { ...box, minute: minutes } },
    { role: 'unsure', rule, reason: 'has a time window, and the request gives no time', box: { ...box, minute: unknownTime } },
  ];
}

/** What a rule's match says, its minutes all, even where no time is given. Throws `policy-invalid`. */
export function matchBox(match: NetworkMatch, words: BoxWords): Box {
  const box = { ...boxOf(match, words), flow: flowOf(match) };
  if (match.sourcePorts === undefined) return box;
  const service = intersect(box.service, portServices);
  if (service.length === 0)
    throw new EdictError('policy-invalid', `source ports are asked of \`${match.service}\`, which has none`, {
      expected: 'a service of a protocol with ports',
    });
  return { ...box, service, sourcePort: parsePorts(match.sourcePorts) };
}

const newOnly: readonly ConnectionState[] = ['new'];

/** The same directions and states give the same set object. */
function flowOf({ direction, state = newOnly }: Pick<NetworkMatch, 'direction' | 'state'>): IntervalSet {
  const key = `${direction ?? ''} ${state.join(' ')}`;
  const held = flows.get(key) ?? flowSet({ directions: direction === undefined ? undefined : [direction], states: state });
  flows.set(key, held);
  return held;
}

const flows = new Map<string, IntervalSet>([[' new', newFlow]]);

/** The box of an exception's places and service, its flows and minutes all, even where no time is given. */
export function boxOf(part: Pick<RuleExcept, 'from' | 'to' | 'service'>, { resolve, services }: BoxWords): Box {
  return {
    destination: part.to === undefined ? everything.destination : resolve(part.to),
    source: part.from === undefined ? everything.source : resolve(part.from),
    service: part.service === undefined ? everything.service : services(part.service),
    sourcePort: anySourcePort,
    flow: anyFlow,
    minute: anyTime,
  };
}

/** Every minute, and "no time given". */
export const anyTime: IntervalSet = [{ low: 0n, high: BigInt(unknownMinute) }];

/** The same text gives the same set object. */
export function serviceReader(): (text: ServiceSelector) => IntervalSet {
  const known = new Map<string, IntervalSet>();
  return (text) => {
    const held = known.get(text) ?? selectedServices(text);
    known.set(text, held);
    return held;
  };
}

/** The same text is parsed once: to ask `Intl` about a time zone takes as long as a thousand decisions. */
export function windowReader(): (text: TimeWindow) => Window {
  const known = new Map<string, Window>();
  return (text) => {
    const held = known.get(text) ?? parseWindow(text);
    known.set(text, held);
    return held;
  };
}

function timezoneOf(rules: readonly { readonly id: string; readonly rule: NetworkRule }[], { windows: read }: Words): string | undefined {
  const windows = rules.flatMap(({ id, rule }) =>
    (rule.except ?? []).flatMap(({ during }) => (during === undefined ? [] : [{ id, timezone: read(during).timezone }])),
  );
  const first = windows[0];
  const other = windows.find(({ timezone }) => timezone !== first?.timezone);
  if (first !== undefined && other !== undefined) {
    throw new EdictError(
      'policy-timezones-mixed',
      `rule \`${first.id}\` is in \`${first.timezone}\`, rule \`${other.id}\` in \`${other.timezone}\``,
      {
        where: other.id,
        expected: 'one time zone in all policies that are in force together',
      },
    );
  }
  return first?.timezone;
}

/** Says which rule an error is in. */
export function inRule<T>(id: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EdictError && error.where === undefined) {
      throw new EdictError(error.code, `${error.message} in rule \`${id}\``, {
        where: id,
        expected: error.expected,
        help: error.help,
        cause: error,
      });
    }
    throw error;
  }
}
