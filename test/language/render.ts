/** How the cases write rules and questions down: one line each. */
import type { NetworkQuestion, NetworkRule } from '../../domain/policy/model.ts';

export function ruleLine({ effect, match, except = [] }: NetworkRule): string {
  const carved = except.map(({ from, to, service, during }) => {
    const parts = [from && `from ${from}`, to && `to ${to}`, service && `by ${service}`, during && `during ${during}`];
    return ` except ${parts.filter((part) => part !== undefined).join(' ')}`;
  });
  return `${effect} ${match.from} -> ${match.to} ${match.service}${carved.join('')}`;
}

/** The question, its answers, and what each answer would make. */
export function questionLines({ text, readings }: NetworkQuestion): {
  readonly ask: string;
  readonly answers: { readonly [answer: string]: readonly string[] };
} {
  return { ask: text, answers: Object.fromEntries(readings.map(({ answer, rules }) => [answer, (rules ?? []).map(ruleLine)])) };
}
