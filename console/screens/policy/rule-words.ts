/** A rule in words, as a policy file has them. */
import type { PolicyDocument } from '../../../api/contract/policies.ts';

export type Rule = PolicyDocument['rules'][number];
export type RuleException = NonNullable<Rule['exception']>;

export function matchWords(rule: Rule): string {
  if (rule.kind !== 'network') return partWords(rule.match);
  const { from, to, service, sourcePorts, direction, state } = rule.match;
  const more = [
    sourcePorts === undefined ? '' : `from port ${sourcePorts}`,
    direction ?? '',
    state === undefined ? '' : state.join(' or '),
  ].filter((word) => word !== '');
  return [`${from} → ${to}`, service, ...more].join(' · ');
}

export function exceptWords(rule: Rule): readonly { readonly text: string; readonly exception: RuleException | undefined }[] {
  return (rule.except ?? []).map((part) => {
    const { exception, ...rest } = part as { readonly exception?: RuleException };
    return { text: partWords(rest), exception };
  });
}

function partWords(part: object): string {
  return Object.entries(part)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${valueWords(value)}`)
    .join(' · ');
}

function valueWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueWords).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
