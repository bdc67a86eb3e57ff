/** From a clause to rules: the cross product of who, where and which service, the carve-outs, and the default deny of an `only`. */
import type { NetworkRule, RuleEffect, RuleExcept } from '../policy/model.ts';
import type { Clause, Exception } from './clause.ts';
import { missingSide, resolveParties, resolveTime } from './resolve.ts';
import type { Resolving, Side } from './resolve.ts';
import { selectorsOf } from './services.ts';
import { withExcept } from './templates.ts';

/** Beyond this a sentence says too much at once. */
export const maxRulesPerSentence = 128;
export const maxOpenPerSentence = 8;

/** The same rules, told apart by what one choice would change. */
export type Choice = {
  readonly id: string;
  readonly about: 'other-services' | 'only-what' | 'exception-side' | 'default-or-absolute';
  readonly readings: readonly { readonly answer: string; readonly meaning: string; readonly rules: readonly NetworkRule[] }[];
};

export type Drafted = {
  readonly rules: readonly NetworkRule[];
  readonly choices: readonly Choice[];
  readonly from: readonly Side[];
  readonly to: readonly Side[];
  readonly services: readonly string[];
};

export type Sentence = { readonly requirement: string; readonly text: string; readonly ruleId: (wish: string) => string };

type Scope = {
  readonly from: readonly Side[];
  readonly to: readonly Side[];
  readonly services: readonly string[];
  readonly except: readonly RuleExcept[];
};

const any: Side = { selector: 'any', label: 'any' };

/** Undefined when the sentence says too much at once, or leaves two things of one exception open. */
export function draftRules(clause: Clause, sentence: Sentence, resolving: Resolving): Drafted | undefined {
  const effect = clause.effect === 'deny' || clause.effect === 'rest' ? 'deny' : 'allow';
  if (!canBeDrafted(clause, effect)) return undefined;
  const from = sidesOf(clause, 'from', resolving);
  const to = clause.to !== undefined && clause.to === clause.from ? from : sidesOf(clause, 'to', resolving);
  const services = clause.services === undefined ? ['any'] : selectorsOf(clause.services, effect);
  const plain = clause.exceptions.flatMap((exception) => exceptsOf(exception, sentence, resolving));
  const times = clause.time === undefined ? [] : ownTime(resolveTime(clause.time, sentence.text, resolving));
  const scope = { from, to, services, except: [...plain, ...times] };
  const size = from.length * to.length * services.length * (1 + scope.except.length);
  if (size > maxRulesPerSentence || resolving.open.length > maxOpenPerSentence) return undefined;
  const drafted = byEffect(clause, scope, sentence, resolving);
  const choices = [...drafted.choices, ...sideChoices({ clause, scope, rules: drafted.rules }, resolving)];
  return { rules: drafted.rules, choices, from, to, services };
}

/** Not when an exception leaves both its side and its time open, nor when more would be allowed than was said. */
function canBeDrafted({ exceptions, from = [], to = [] }: Clause, effect: 'allow' | 'deny'): boolean {
  if (exceptions.some(({ either, time }) => either !== undefined && time?.windows.length === 0)) return false;
  return effect === 'deny' || ![...from, ...to].some((party) => party.kind === 'name' && party.some === true);
}

function sidesOf(clause: Clause, side: 'from' | 'to', resolving: Resolving): readonly Side[] {
  const parties = clause[side];
  if (parties !== undefined) return resolveParties(parties, resolving);
  return clause.effect === 'deny' || clause.effect === 'rest' ? [any] : [missingSide(side, resolving)];
}

/** A rule that holds in some windows is carved out at all other times. */
function ownTime(windows: readonly string[]): readonly RuleExcept[] {
  return [{ during: `!${windows.join('|')}` }];
}

function exceptsOf(exception: Exception, sentence: Sentence, resolving: Resolving): readonly RuleExcept[] {
  if (exception.either !== undefined) return [];
  const from = exception.from === undefined ? [undefined] : resolveParties(exception.from, resolving);
  const to = exception.to === undefined ? [undefined] : resolveParties(exception.to, resolving);
  return combine({ from, to, ...restOf(exception, sentence, resolving) });
}

type Combination = {
  readonly from: readonly (Side | undefined)[];
  readonly to: readonly (Side | undefined)[];
  readonly services: readonly (string | undefined)[];
  readonly windows: readonly (string | undefined)[];
};

function restOf(exception: Exception, sentence: Sentence, resolving: Resolving): Pick<Combination, 'services' | 'windows'> {
  return {
    // An exception takes no more out of a denial than it says: as in an `allow`.
    services: exception.services === undefined ? [undefined] : selectorsOf(exception.services, 'allow'),
    windows: exception.time === undefined ? [undefined] : resolveTime(exception.time, sentence.text, resolving),
  };
}

function combine({ from, to, services, windows }: Combination): readonly RuleExcept[] {
  return from.flatMap((source) =>
    to.flatMap((destination) =>
      services.flatMap((service) =>
        windows.map((during) => ({
          ...(source === undefined ? {} : { from: source.selector }),
          ...(destination === undefined ? {} : { to: destination.selector }),
          ...(service === undefined ? {} : { service }),
          ...(during === undefined ? {} : { during }),
        })),
      ),
    ),
  );
}

function byEffect(clause: Clause, scope: Scope, sentence: Sentence, resolving: Resolving): Effect {
  switch (clause.effect) {
    case 'allow':
      return { rules: product('allow', scope, sentence, clause.both), choices: [] };
    case 'deny':
      return denial(clause, scope, sentence, resolving);
    case 'rest':
      return { rules: product('claim', scope, sentence, false), choices: [] };
    case 'only-from':
      return onlyFrom(clause, scope, sentence, resolving);
    case 'only-service':
      return onlyService(scope, sentence);
    case 'only-to':
      return onlyTo(scope, sentence);
    case 'only-unclear':
      return onlyUnclear(scope, sentence, resolving);
  }
}

/** `Deny all traffic` overrides every permission: more than most people mean. */
function denial(clause: Clause, scope: Scope, sentence: Sentence, resolving: Resolving): Effect {
  const rules = product('deny', scope, sentence, clause.both);
  const [rule] = rules;
  const everything =
    rules.length === 1 &&
    rule?.match.from === 'any' &&
    rule.match.to === 'any' &&
    rule.match.service === 'any' &&
    rule.except === undefined;
  if (!everything || rule === undefined) return { rules, choices: [] };
  const readings = [
    { answer: 'default', meaning: 'what no other rule allows is denied', rules: [{ ...rule, effect: 'claim' as const }] },
    { answer: 'absolute', meaning: 'everything is denied, whatever another rule allows', rules: [rule] },
  ];
  return { rules, choices: [{ id: resolving.nextQuestion(), about: 'default-or-absolute', readings }] };
}

type Effect = Pick<Drafted, 'rules' | 'choices'>;

/** `Only X may …`: X may, and what nothing allows is denied. */
function onlyFrom(clause: Clause, scope: Scope, sentence: Sentence, resolving: Resolving): Effect {
  const allows = product('allow', { ...scope, except: [] }, sentence, false);
  const unsaid = scope.to[0]?.label === 'unsaid';
  // "may use SSH" speaks of SSH; "may connect … on port 22" leaves open what becomes of the other ports: closed until somebody says.
  const scoped = clause.scoped === true || unsaid;
  const services = scoped ? scope.services : ['any'];
  const claims = product('claim', { ...scope, from: [any], to: unsaidIsAny(scope.to), services }, sentence, false);
  const asks = !scoped && !scope.services.includes('any');
  return { rules: [...allows, ...claims], choices: asks ? [otherServices(claims, scope, sentence, resolving)] : [] };
}

/** `Only HTTPS is allowed from X to Y`: every other service between the two is denied. */
function onlyService(scope: Scope, sentence: Sentence): Effect {
  const allows = product('allow', { ...scope, except: [] }, sentence, false);
  const claims = product(
    'claim',
    { ...scope, from: unsaidIsAny(scope.from), to: unsaidIsAny(scope.to), services: ['any'] },
    sentence,
    false,
  );
  return { rules: [...allows, ...claims], choices: [] };
}

/** `X may only connect to Y`: X may, and to nothing else. */
function onlyTo(scope: Scope, sentence: Sentence): Effect {
  const allows = product('allow', { ...scope, except: [] }, sentence, false);
  const claims = product('claim', { ...scope, to: [any], services: ['any'] }, sentence, false);
  return { rules: [...allows, ...claims], choices: [] };
}

/** `X may only connect to Y on port N`: nothing but Y, or nothing but N? */
function onlyUnclear(scope: Scope, sentence: Sentence, resolving: Resolving): Effect {
  const { rules } = onlyTo(scope, sentence);
  const claims = rules.filter(({ effect }) => effect === 'claim');
  const between = claims.flatMap((claim) =>
    scope.to.map((to, index) => ({
      ...claim,
      id: index === 0 ? claim.id : sentence.ruleId(claim.id),
      match: { ...claim.match, to: to.selector },
    })),
  );
  const readings = [
    { answer: 'destination', meaning: 'it may reach nothing else at all', rules: claims },
    {
      answer: 'service',
      meaning: 'it may reach that destination by no other service; other destinations are not spoken of',
      rules: between,
    },
  ];
  return { rules, choices: [{ id: resolving.nextQuestion(), about: 'only-what', readings }] };
}

function unsaidIsAny(to: readonly Side[]): readonly Side[] {
  return to.map((side) => (side.label === 'unsaid' ? any : side));
}

function otherServices(claims: readonly NetworkRule[], scope: Scope, sentence: Sentence, resolving: Resolving): Choice {
  const narrowed = claims.flatMap((claim) =>
    scope.services.map((service, index) => ({
      ...claim,
      id: index === 0 ? claim.id : sentence.ruleId(claim.id),
      match: { ...claim.match, service },
    })),
  );
  const said = scope.services.join(', ');
  return {
    id: resolving.nextQuestion(),
    about: 'other-services',
    readings: [
      { answer: 'no', meaning: `everything but ${said} is closed, to everybody`, rules: claims },
      { answer: 'yes', meaning: `the sentence speaks of ${said} alone; other services are not spoken of`, rules: narrowed },
    ],
  };
}

/** `Nobody may use SSH, except the bastion`: from it, or to it? */
function sideChoices(
  { clause, scope, rules }: { clause: Clause; scope: Scope; rules: readonly NetworkRule[] },
  resolving: Resolving,
): readonly Choice[] {
  return clause.exceptions.flatMap((exception) => {
    if (exception.either === undefined) return [];
    const sides = resolveParties(exception.either, resolving);
    const services = exception.services === undefined ? [undefined] : selectorsOf(exception.services, 'allow');
    const withSide = (side: 'from' | 'to'): readonly NetworkRule[] => {
      const excepts = combine({
        from: side === 'from' ? sides : [undefined],
        to: side === 'to' ? sides : [undefined],
        services,
        windows: exception.time?.windows.length ? exception.time.windows : [undefined],
      });
      return rules.map((rule) => withExcept(rule, [...scope.except, ...excepts]));
    };
    const readings = [
      { answer: 'from', meaning: 'connections from there are excepted', rules: withSide('from') },
      { answer: 'to', meaning: 'connections to there are excepted', rules: withSide('to') },
    ];
    return [{ id: resolving.nextQuestion(), about: 'exception-side' as const, readings }];
  });
}

function product(
  effect: RuleEffect,
  { from, to, services, except }: Scope,
  sentence: Sentence,
  both: boolean | undefined,
): readonly NetworkRule[] {
  const all = from.flatMap((source) => to.map((destination) => [source, destination] as const));
  // `db-1 and db-2 may talk to each other`
  const pairs = from.length > 1 && from === to ? all.filter(([source, destination]) => source !== destination) : all;
  const directed = both === true ? pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]) : pairs;
  return directed.flatMap(([source, destination]) =>
    services.map((service) => {
      const wish = wishedId(effect, { source, destination, service: services.length > 1 || effect !== 'claim' ? service : undefined });
      const rule: NetworkRule = {
        kind: 'network',
        id: sentence.ruleId(wish),
        requirement: sentence.requirement,
        effect,
        match: { from: source.selector, to: destination.selector, service },
      };
      return withExcept(rule, except);
    }),
  );
}

function wishedId(
  effect: RuleEffect,
  { source, destination, service }: { source: Side; destination: Side; service: string | undefined },
): string {
  const ends = `${source.label}-to-${destination.label}`;
  const port = service === undefined || service === 'any' ? '' : `-${service}`;
  if (effect === 'allow') return `${ends}${port}`;
  if (effect === 'deny') return `no-${ends}${port}`;
  if (source.selector === 'any' && destination.selector === 'any') return `nothing-else${port}`;
  if (source.selector !== 'any' && destination.selector !== 'any') return `nothing-else-${ends}${port}`;
  return source.selector === 'any' ? `nothing-else-to-${destination.label}${port}` : `nothing-else-from-${source.label}${port}`;
}
