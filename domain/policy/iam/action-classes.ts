/** All actions of AWS, cut into classes by what a list of action patterns says of them, each with the resources that it can be asked on. */
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
  const texts = [...new Set(lists.flatMap(({ values, but = [] }) => [...values, ...but]))];
  const heldBy = holding(texts);
  const classes = new Map<string, ActionClass>();
  for (const action of candidateActions(lists, texts, types)) {
    const held = heldBy(action);
    const statements = lists.flatMap(({ not, values, but = [] }, index) =>
      values.some((value) => held.has(value)) !== not && !but.some((value) => held.has(value)) ? [index] : [],
    );
    const of = types?.of(action);
    if (statements.length === 0 || (types !== undefined && of === undefined)) continue;
    const key = `${statements.join(' ')}/${of?.key ?? ''}`;
    if (!classes.has(key)) classes.set(key, { action, statements, patterns: of?.patterns });
  }
  return [...classes.values()];
}

/** Known actions first, then one of each class of texts. */
function candidateActions(lists: readonly Listed[], texts: readonly string[], types: ResourceTypes | undefined): readonly string[] {
  const patterns = texts.map((text) => wildcard(text, { fold: true }));
  const open = lists.some(({ not }) => not) || texts.some((text) => /^[^:]*[*?]/u.test(text));
  const services = types === undefined || !open ? [] : [...types.services].map((service) => prefix(`${service}:`, true));
  const { samples } = stringClasses([...patterns, ...services], { universe: [shape] });
  const known = types === undefined ? [] : open ? types.actions : knownActions(types, texts);
  return [...known, ...samples.map((sample) => spelled(sample, texts))];
}

/** The texts that hold an action. */
function holding(texts: readonly string[]): (action: string) => ReadonlySet<string> {
  const patterns = new Map(texts.map((text) => [text, wildcard(text, { fold: true })]));
  const served = servedTexts(texts);
  return (action) =>
    new Set(
      served(action).filter((text) => {
        const pattern = patterns.get(text);
        return pattern !== undefined && matches(pattern, action);
      }),
    );
}

/** A sample is in some mixture of cases: written as a policy writes it, where one names it. */
function spelled(sample: string, texts: readonly string[]): string {
  return texts.find((text) => text.toLowerCase() === sample.toLowerCase()) ?? sample.toLowerCase();
}

/** The known actions of the services that the texts name. */
function knownActions({ actions }: ResourceTypes, texts: readonly string[]): readonly string[] {
  const asked = new Set(texts.map((text) => (text.split(':')[0] ?? '').toLowerCase()));
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
