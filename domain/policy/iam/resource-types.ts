/**
 * Which resources an action of AWS can be asked on: only those of the types that the Service Authorization Reference gives it, each of
 * the form of its ARN. A permission on any other pair is empty, however broad it reads: `s3:ListBucket` on `arn:aws:s3:::bucket/*`
 * allows nothing. Services without facts take any ARN of theirs.
 */
import { anyCharacter, except, literal, literalTokens, many, one, type Pattern, patternOf, type Token } from '../strings/pattern.ts';
import { type ServiceFacts, serviceFacts } from './service-facts.ts';

export type ResourceTypes = {
  /** Every action that is known, as AWS writes it. */
  readonly actions: readonly string[];
  readonly services: ReadonlySet<string>;
  /** Equal keys are equal resources. `undefined` for what is no action of a known service. */
  readonly of: (action: string) => { readonly key: string; readonly patterns: readonly Pattern[] } | undefined;
};

type Service = { readonly forms: ReadonlyMap<string, readonly Pattern[]>; readonly typesOf: ReadonlyMap<string, readonly string[]> };

/** Reads the facts; keep what it gives. */
export function resourceTypes(): ResourceTypes {
  return readFacts(serviceFacts);
}

function readFacts(facts: readonly ServiceFacts[]): ResourceTypes {
  const services = new Map(facts.map((each) => [each.service, readService(each)]));
  const names = facts.flatMap(({ service, actions }) => actionSets(actions).flatMap(([, all]) => all.map((name) => `${service}:${name}`)));
  return {
    actions: names,
    services: new Set(services.keys()),
    of: (action) => {
      const [service = '', name = ''] = action.toLowerCase().split(':');
      const known = services.get(service);
      if (known === undefined) return { key: `${service}:`, patterns: unknownService(service) };
      const types = known.typesOf.get(name);
      if (types === undefined) return undefined;
      return {
        key: `${service}:${types.join(',')}`,
        patterns: types.flatMap((type) => (type === '*' ? withoutType(service) : (known.forms.get(type) ?? []))),
      };
    },
  };
}

/** What an action without resource types is asked on: nothing in particular, or the service as a whole. */
function withoutType(service: string): readonly Pattern[] {
  return [literal('*'), literal(`arn:aws:${service}:::*`)];
}

/** `aws`, `aws-cn`, `aws-us-gov`. */
const partition: readonly Token[] = [...literalTokens('aws'), many(except(':'))];

function unknownService(service: string): readonly Pattern[] {
  const part = many(except(':'));
  const colon = literalTokens(':');
  const arn = [...literalTokens('arn:'), ...partition, ...literalTokens(`:${service}:`), part, ...colon, part, ...colon];
  return [literal('*'), patternOf([...arn, one(anyCharacter), many(anyCharacter)])];
}

function readService({ types, actions }: ServiceFacts): Service {
  const forms = types.split(' ').map((entry) => {
    const at = entry.indexOf('=');
    return { name: entry.slice(0, at), form: entry.slice(at + 1) };
  });
  const patterns = new Map<string, Pattern[]>();
  for (const { name, form } of forms) {
    const goesOn = forms.some((other) => other.form.startsWith(`${form}/`));
    patterns.set(name, [...(patterns.get(name) ?? []), formPattern(form, goesOn ? except(':/') : except(':'))]);
  }
  const sets = actionSets(actions).flatMap(([named, all]) => all.map((name) => [name.toLowerCase(), named] as const));
  return { forms: patterns, typesOf: new Map(sets) };
}

function actionSets(actions: string): readonly (readonly [readonly string[], readonly string[]])[] {
  return actions.split('|').map((entry) => {
    const at = entry.indexOf(':');
    return [entry.slice(0, at).split(','), entry.slice(at + 1).split(' ')];
  });
}

/** `last`: what an open part at the end may hold. One before a `:` ends there; any other holds no `/` either. */
function formPattern(form: string, last: Token['set']): Pattern {
  const parts = form.split(/(\{\w*\})/u).filter((part) => part !== '');
  const tokens = parts.flatMap((part, index) => {
    if (part === '{any}') return [one(anyCharacter), many(anyCharacter)];
    if (part === '{partition}') return partition;
    if (part !== '{}') return literalTokens(part);
    const next = parts[index + 1];
    const set = next === undefined ? last : except(next.startsWith(':') ? ':' : ':/');
    return [one(set), many(set)];
  });
  return patternOf(tokens);
}
