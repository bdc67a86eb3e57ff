/** From phrases to selectors. What cannot be decided becomes an open question, and its selector the placeholder `<question id>`. */
import { matchName } from './names.ts';
import type { Names } from './names.ts';
import type { Party } from './parties.ts';
import type { TimePhrase } from './times.ts';
import type { Span } from './tokenise.ts';

/** A question under construction: `options` are values that could stand for the placeholder. */
export type OpenPoint = {
  readonly id: string;
  readonly kind: 'name' | 'missing' | 'time';
  readonly text: string;
  readonly span: Span | undefined;
  readonly options: readonly { readonly value: string; readonly meaning: string }[];
};

/** What resolving one sentence needs and collects. Offsets of spans are into the whole text until `offset` is taken off. */
export type Resolving = {
  readonly names: Names;
  readonly offset: number;
  readonly nextQuestion: () => string;
  readonly open: OpenPoint[];
};

export type Side = { readonly selector: string; readonly label: string };

export function placeholderOf(question: string): string {
  return `<${question}>`;
}

export function hasPlaceholder(text: string | undefined): boolean {
  return text?.includes('<') === true;
}

export function resolveParties(parties: readonly Party[], resolving: Resolving): readonly Side[] {
  const sides = parties.map((party) => resolveParty(party, resolving));
  return sides.filter((side, index) => sides.findIndex((other) => other.selector === side.selector) === index);
}

function resolveParty(party: Party, resolving: Resolving): Side {
  if (party.kind === 'any') return { selector: 'any', label: 'any' };
  const match = matchName(party, resolving.names);
  if (match.kind === 'one') return { selector: match.selector, label: match.selector.replace(/^[a-z]+:/, '') };
  const id = resolving.nextQuestion();
  const shown = party.text.slice(0, 80);
  const several = match.kind === 'several';
  const values = several ? match.selectors : match.suggestions;
  const literal = several && values.every((value) => !/^(?:zone|service|group|asset):/.test(value));
  resolving.open.push({
    id,
    kind: 'name',
    text: several
      ? literal
        ? `Which addresses does \`${shown}\` mean? It has bits set below its prefix.`
        : `Which does \`${shown}\` mean? The inventory knows ${values.map((value) => `\`${value}\``).join(' and ')}.`
      : `What does \`${shown}\` mean? The inventory has no such name.`,
    span: shift(party.span, resolving.offset),
    options: values.map((value) => ({ value, meaning: `\`${shown}\` means ${value}` })),
  });
  return { selector: placeholderOf(id), label: party.text };
}

/** `Allow HTTPS to the web servers`: from where? What is allowed is never assumed. */
export function missingSide(side: 'from' | 'to', resolving: Resolving): Side {
  const id = resolving.nextQuestion();
  resolving.open.push({
    id,
    kind: 'missing',
    text:
      side === 'from' ? 'From where is it allowed? The sentence does not say.' : 'Which hosts may be reached? The sentence does not say.',
    span: undefined,
    options: [{ value: 'any', meaning: side === 'from' ? 'from every address' : 'to every address' }],
  });
  return { selector: placeholderOf(id), label: 'unsaid' };
}

/** The windows of the phrase, or one placeholder for them. */
export function resolveTime(time: TimePhrase, text: string, resolving: Resolving): readonly string[] {
  if (time.windows.length > 0) return time.windows;
  const id = resolving.nextQuestion();
  const span = shift(time.span, resolving.offset);
  resolving.open.push({
    id,
    kind: 'time',
    text: `When exactly is \`${text.slice(span.start, span.end).slice(0, 80)}\`?`,
    span,
    options: [],
  });
  return [placeholderOf(id)];
}

function shift(span: Span, offset: number): Span {
  return { start: Math.max(0, span.start - offset), end: Math.max(0, span.end - offset) };
}
