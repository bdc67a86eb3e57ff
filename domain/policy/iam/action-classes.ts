/** All actions of AWS, cut into classes by what a list of action patterns says of them, each with the resources that it can be asked on. */
import { EdictError } from '../../errors.ts';
import { stringClasses } from '../strings/classes.ts';
import { except, literalTokens, many, matches, one, type Pattern, patternOf, prefix, wildcard } from '../strings/pattern.ts';
import type { Listed } from './document.ts';
import type { ResourceTypes } from './resource-types.ts';

export type ActionClass = {
  /** An action of the class. */
  readonly action: string;
  /** The lists, by number, that hold it. */
  readonly statements: readonly number[];
  /** What it can be asked on; absent: any text. */
  readonly patterns: readonly Pattern[] | undefined;
};

/** `service:Action`, whatever the service. */
const shape: Pattern = patternOf([one(except(':*?')), many(except(':*?')), ...literalTokens(':'), one(except(':*?')), many(except(':*?'))]);

export function actionClasses(lists: readonly Listed[], types: ResourceTypes | undefined): readonly ActionClass[] {
  const texts = [...new Set(lists.flatMap(({ values }) => values))];
  const patterns = new Map(texts.map((text) => [text, wildcard(text, { fold: true })]));
  const open = lists.some(({ not }) => not) || texts.some((text) => /^[^:]*[*?]/u.test(text));
  const services = types === undefined || !open ? [] : [...types.services].map((service) => prefix(`${service}:`, true));
  const cut = stringClasses([...patterns.values(), ...services], { universe: [shape] });
  const samples = cut.samples.map((sample) => spelled(sample, texts));
  const known = types === undefined ? [] : knownActions(types, texts);
  const classes = new Map<string, ActionClass>();
  const served = servedTexts(texts);
  for (const action of [...known, ...samples]) {
    const held = new Set(served(action).filter((text) => matches(patternIn(patterns, text), action)));
    const statements = lists.flatMap(({ not, values }, index) => (values.some((value) => held.has(value)) !== not ? [index] : []));
    const of = types?.of(action);
    if (statements.length === 0 || (types !== undefined && of === undefined)) continue;
    const key = `${statements.join(' ')}/${of?.key ?? ''}`;
    if (!classes.has(key)) classes.set(key, { action, statements, patterns: of?.patterns });
  }
  return [...classes.values()];
}

function patternIn(patterns: ReadonlyMap<string, Pattern>, text: string): Pattern {
  const found = patterns.get(text);
  if (found === undefined) throw new EdictError('defect', `no pattern for \`${text}\``);
  return found;
}

/** A sample is in some mixture of cases: written as a policy writes it, where one names it. */
function spelled(sample: string, texts: readonly string[]): string {
  return texts.find((text) => text.toLowerCase() === sample.toLowerCase()) ?? sample.toLowerCase();
}

/** The known actions of the services that some text may speak of. */
function knownActions({ actions }: ResourceTypes, texts: readonly string[]): readonly string[] {
  const asked = new Set<string>();
  for (const text of texts) {
    const service = text.split(':')[0] ?? '';
    if (/[*?]/u.test(service)) return actions;
    asked.add(service.toLowerCase());
  }
  return actions.filter((action) => asked.has(action.slice(0, action.indexOf(':'))));
}

/** The texts that can hold an action: those of its service, and those with a wildcard before the colon. */
function servedTexts(texts: readonly string[]): (action: string) => readonly string[] {
  const open: string[] = [];
  const byService = new Map<string, string[]>();
  for (const text of texts) {
    const service = text.slice(0, Math.max(0, text.indexOf(':'))).toLowerCase();
    if (service === '' || /[*?]/u.test(service)) open.push(text);
    else byService.set(service, [...(byService.get(service) ?? []), text]);
  }
  return (action) => [...open, ...(byService.get(action.slice(0, action.indexOf(':')).toLowerCase()) ?? [])];
}
