/**
 * Principals as texts of one line, `AWS:arn:aws:iam::123456789012:user/ann`, after "AWS JSON policy elements: Principal"
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). An account, by its number or its root, means
 * every principal in it.
 */
import { except, literalTokens, many, one, anyCharacter, type Pattern, patternOf, wildcard, wildcardTokens } from '../strings/pattern.ts';
import type { PrincipalName, PrincipalType } from './document.ts';

export function principalText({ type, name }: PrincipalName): string {
  return `${type}:${name}`;
}

export function principalOfText(text: string): PrincipalName {
  const colon = text.indexOf(':');
  return { type: text.slice(0, colon) as PrincipalType, name: text.slice(colon + 1) };
}

const types: readonly PrincipalType[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

/** Every principal that there is. */
export const anyPrincipal: readonly Pattern[] = types.map((type) =>
  patternOf([...literalTokens(`${type}:`), one(anyCharacter), many(anyCharacter)]),
);

export function principalPatterns({ type, name }: PrincipalName): readonly Pattern[] {
  if (type === 'AWS' && name === '*') return [wildcard('*')];
  const account = type === 'AWS' ? accountOf(name) : undefined;
  if (account === undefined) return [patternOf([...literalTokens(`${type}:`), ...wildcardTokens(name)])];
  return ['iam', 'sts'].map((service) =>
    patternOf([
      ...literalTokens('AWS:arn:'),
      many(except(':')),
      ...literalTokens(`:${service}::${account}:`),
      one(anyCharacter),
      many(anyCharacter),
    ]),
  );
}

function accountOf(name: string): string | undefined {
  return /^(\d+)$/u.exec(name)?.[1] ?? /^arn:[^:]*:iam::(\d+):root$/u.exec(name)?.[1];
}
