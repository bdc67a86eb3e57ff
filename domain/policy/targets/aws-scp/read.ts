/**
 * Reads service control policies (docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html) that only deny: the
 * policy `FullAWSAccess` stays attached beside them, and they grant nothing, so that what they do not deny is left open. They hold for
 * every principal of the accounts but for whom `aws:PrincipalArn` names: `user/ann` and `role/ci` of any account are `user:ann` and
 * `role:ci`.
 */
import { EdictError } from '../../../errors.ts';
import type { EntitySelector } from '../../access/model.ts';
import type { AccessRead } from '../../access/prove.ts';
import type { NamedRule } from '../../access/read-rule.ts';
import { printUid } from '../../access/entity.ts';
import type { IamCondition, IamStatement } from '../../iam/document.ts';
import { rulesOfDocument } from '../../iam/to-rules.ts';
import { accessRead, namedRule } from '../aws-iam/read.ts';
import { type AttachedDocument, attachedDocuments } from '../aws-iam/read-files.ts';
import type { Artifact } from '../target.ts';

/** What one service control policy holds at most ("Quotas for AWS Organizations"). */
const mostCharacters = 5_120;

/** Throws `artifact-unreadable`. */
export function readAwsScp(artifact: Artifact): AccessRead {
  const attached = attachedDocuments(artifact, { expected: 'aws-scp', characters: mostCharacters });
  return accessRead(attached.flatMap(rulesOfAttached), attached);
}

function rulesOfAttached({ path, document, to, except }: AttachedDocument): readonly NamedRule[] {
  if (to.join() !== 'any' || except.length > 0) throw unreadable('a service control policy that holds for some principals', path);
  return document.statements.flatMap((statement) => {
    if (statement.effect !== 'deny') throw unreadable('a statement that allows', `${path}${statement.where}`);
    const { principals, others, rest } = principalsOf(statement, path);
    const [rule] = rulesOfDocument({ ...document, statements: [{ ...statement, conditions: rest }] }, principals);
    return rule === undefined ? [] : [namedRule(path, rule, others)];
  });
}

type Principals = {
  readonly principals: readonly EntitySelector[];
  readonly others: readonly EntitySelector[];
  readonly rest: readonly IamCondition[];
};

function principalsOf({ conditions, where }: IamStatement, path: string): Principals {
  const about = conditions.filter(({ key }) => key === 'aws:principalarn');
  const named = (negated: boolean): readonly EntitySelector[] | undefined => {
    const found = about.filter(({ operator }) => operator === (negated ? 'StringNotLike' : 'StringLike'));
    if (found.length > 1) throw unreadable('two conditions on the principal', `${path}${where}`);
    return found[0]?.values.map((value) => principalSelector(value, `${path}${where}`));
  };
  const odd = about.find(
    ({ operator, quantifier, ifExists }) =>
      (operator !== 'StringLike' && operator !== 'StringNotLike') || quantifier !== undefined || ifExists,
  );
  if (odd !== undefined) throw unreadable(`\`${odd.operator}\` of the principal`, `${path}${where}`);
  return {
    principals: named(false) ?? ['any'],
    others: named(true) ?? [],
    rest: conditions.filter((condition) => !about.includes(condition)),
  };
}

const ofAnyAccount = /^arn:aws:iam::\*:(user|role)\/([^]*)$/u;

function principalSelector(value: string, where: string): EntitySelector {
  const [, type, name] = ofAnyAccount.exec(value) ?? [];
  if (type === undefined && !value.startsWith('arn:')) throw unreadable('a principal that is no ARN', where);
  const kind = type ?? 'arn';
  const parts = partsOf(name ?? value.slice('arn:'.length), where);
  const texts = parts.filter((part) => part !== anyText);
  if (texts.length === parts.length) return `=${printUid({ type: kind, id: texts.join('') })}`;
  if (texts.some((part) => part.includes('*'))) throw unreadable('a `*` that is meant beside one that stands for any text', where);
  const id = parts.map((part) => (part === anyText ? '*' : part)).join('');
  if (/^[:"]/u.test(id)) throw unreadable('a pattern of principals that begins with `:` or `"`', where);
  return `${kind}:${id}`;
}

const anyText = Symbol('any text');

/** Text, with policy variables for the characters themselves, and what stands for any text. */
function partsOf(text: string, where: string): readonly (string | typeof anyText)[] {
  return Array.from(text.matchAll(/\$\{([*?$])\}|\*+|[^$*?]+|[^]/gu), ([token, character]) => {
    if (character !== undefined) return character;
    if (token.startsWith('*')) return anyText;
    if (token === '?' || token === '$') throw unreadable(`\`${token}\` in a principal`, where);
    return token;
  });
}

function unreadable(what: string, where: string): EdictError {
  return new EdictError('artifact-unreadable', what, { where, expected: 'a service control policy that only denies' });
}
