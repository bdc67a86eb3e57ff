/**
 * AWS policy documents as access rules of the model. An ARN is an entity of type `arn`, and condition keys are attributes:
 * `aws:PrincipalTag/x` is `principal.x`, `aws:ResourceTag/x` `resource.x`, `aws:MultiFactorAuthPresent` `context.mfa`, `aws:SourceIp`
 * `context.address`, any other is one of the context under its own name. A condition on a key that the request does not have never
 * errs: AWS says what it is then (condition.ts).
 *
 * What the model has no words for (`?` in a name, policy variables, days, text without case) is told by its place.
 */
import { EdictError } from '../../errors.ts';
import { printUid } from '../access/entity.ts';
import { allOf, anyOf, type Expression, literal, variable } from '../access/expression.ts';
import type { AccessExcept, AccessMatch, EntitySelector } from '../access/model.ts';
import type { PatternPart } from '../access/expression.ts';
import type { IamCondition, IamDocument, IamStatement, IamVersion, Listed, PrincipalName } from './document.ts';
import { parseTemplate, type Template } from './template.ts';

/** What a statement says, without a name. */
export type StatementRule = {
  readonly effect: 'allow' | 'deny';
  readonly match: AccessMatch;
  readonly except?: readonly AccessExcept[] | undefined;
  readonly where: string;
};

export type NotUnderstood = { readonly where: string; readonly text: string; readonly reason: string };

/** `principals`: whom the document is attached to; statements that name their own have them instead. Throws `artifact-unreadable`. */
export function rulesOfDocument({ version, statements }: IamDocument, principals: readonly EntitySelector[]): readonly StatementRule[] {
  return statements.map((statement) => ruleOf(statement, version, principals));
}

/** Leaves out the statements that it does not understand, and tells them. */
export function rulesOfDocumentLeniently(
  document: IamDocument,
  principals: readonly EntitySelector[],
): { readonly rules: readonly StatementRule[]; readonly notUnderstood: readonly NotUnderstood[] } {
  const rules: StatementRule[] = [];
  const notUnderstood: NotUnderstood[] = [];
  for (const statement of document.statements) {
    try {
      rules.push(ruleOf(statement, document.version, principals));
    } catch (error) {
      if (!(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
      notUnderstood.push({ where: error.where ?? statement.where, text: statement.sid ?? statement.where, reason: error.message });
    }
  }
  return { rules, notUnderstood };
}

function ruleOf(statement: IamStatement, version: IamVersion, attached: readonly EntitySelector[]): StatementRule {
  const { effect, action, resource, principal, conditions, where } = statement;
  const [actions, notActions] = listed(action, (text) => actionSelector(text, where));
  const [resources, notResources] = resource === undefined ? [['any']] : listed(resource, (text) => arnSelector(text, version, where));
  const [principals, notPrincipals] = principal === undefined ? [attached] : listed(principal, (name) => principalSelectors(name, where));
  const except: readonly AccessExcept[] = [
    ...(notActions === undefined ? [] : [{ actions: notActions }]),
    ...(notResources === undefined ? [] : [{ resources: notResources }]),
    ...(notPrincipals === undefined ? [] : [{ principals: notPrincipals }]),
  ];
  const expression = allOf(conditions.map((condition) => conditionExpression(condition, version, where)));
  return {
    effect,
    match: { principals, actions, resources, ...(conditions.length === 0 ? {} : { when: { expression } }) },
    ...(except.length === 0 ? {} : { except }),
    where,
  };
}

/** What the list holds, and what it leaves out. */
function listed<T>(
  { not, values }: Listed<T>,
  read: (value: T) => EntitySelector | readonly EntitySelector[],
): readonly [readonly EntitySelector[], (readonly EntitySelector[])?] {
  const selectors = values.flatMap(read);
  return not ? [['any'], selectors] : [selectors];
}

function actionSelector(text: string, where: string): EntitySelector {
  if (text === '*') return 'any';
  if (text.includes('?')) throw unreadable('`?` in an action', where);
  return text;
}

function arnSelector(text: string, version: IamVersion, where: string): EntitySelector {
  if (text === '*') return 'any';
  const parts = patternParts(parseTemplate(text, version), where);
  return selectorOf(parts, where);
}

function selectorOf(parts: readonly PatternPart[], where: string): EntitySelector {
  const [first = ''] = parts;
  if (typeof first !== 'string' || !first.startsWith('arn:'))
    throw unreadable('a resource that begins with a wildcard, or is no ARN', where);
  const texts = parts.filter((part) => typeof part === 'string');
  if (texts.length === parts.length) return `=${printUid({ type: 'arn', id: texts.join('').slice('arn:'.length) })}`;
  if (texts.some((part) => part.includes('*'))) throw unreadable('a `*` that is meant beside one that stands for any text', where);
  const id = parts.map((part) => (typeof part === 'string' ? part : '*')).join('');
  if (/^arn:[:"]/u.test(id)) throw unreadable('an ARN without a partition', where);
  return id;
}

function principalSelectors({ type, name }: PrincipalName, where: string): readonly EntitySelector[] {
  if (type === 'AWS' && name === '*') return ['any'];
  if (type !== 'AWS')
    return [`=${printUid({ type: type === 'Service' ? 'service' : type === 'Federated' ? 'provider' : 'canonical', id: name })}`];
  const account = /^(\d+)$/u.exec(name)?.[1] ?? /^arn:[^:]*:iam::(\d+):root$/u.exec(name)?.[1];
  if (account !== undefined) return [`arn:*:iam::${account}:*`, `arn:*:sts::${account}:*`];
  if (/[*?]/u.test(name)) throw unreadable('a wildcard in a principal', where);
  return [selectorOf([name], where)];
}

/** Text, and what stands for any text. Policy variables but for characters themselves are not understood. */
function patternParts(template: Template, where: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  const add = (text: string): void => {
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + text;
    else if (text !== '') parts.push(text);
  };
  for (const part of template) {
    if (typeof part !== 'string') {
      if (!('literal' in part)) throw unreadable(`the policy variable \`${part.key}\``, where);
      add(part.literal);
      continue;
    }
    if (part.includes('?')) throw unreadable('`?` for one character', where);
    part.split(/\*+/u).forEach((text, index) => {
      if (index > 0) parts.push({ any: true });
      add(text);
    });
  }
  return parts;
}

function textOf(value: string, version: IamVersion, where: string): string {
  return parseTemplate(value, version)
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('literal' in part) return part.literal;
      throw unreadable(`the policy variable \`${part.key}\``, where);
    })
    .join('');
}

/** The attribute that a condition key is. */
function attributeOf({ key, written = key }: IamCondition): { readonly of: Expression; readonly attribute: string } {
  const tag = /^aws:(principal|resource)tag\/(.+)$/iu.exec(written);
  if (tag !== null) return { of: variable(tag[1]?.toLowerCase() === 'principal' ? 'principal' : 'resource'), attribute: tag[2] ?? '' };
  const known: { readonly [name: string]: string } = { 'aws:multifactorauthpresent': 'mfa', 'aws:sourceip': 'address' };
  return { of: variable('context'), attribute: Object.hasOwn(known, key) ? (known[key] ?? key) : written };
}

/** `principal.team`: the attribute that a condition is about. */
export function conditionPath(condition: IamCondition): string {
  const { of, attribute } = attributeOf(condition);
  return `${of.op === 'variable' ? of.name : ''}.${attribute}`;
}

function conditionExpression(condition: IamCondition, version: IamVersion, where: string): Expression {
  const { operator, quantifier, ifExists, values } = condition;
  const attribute = attributeOf(condition);
  const present: Expression = { op: 'has', ...attribute };
  if (operator === 'Null') {
    const wanted = values.map((value) => value.toLowerCase() === 'true');
    return anyOf(wanted.map((absent): Expression => (absent ? { op: 'not', of: present } : present)));
  }
  const of: Expression = { op: 'get', ...attribute };
  const place = `${where}/Condition/${operator}/${condition.written ?? condition.key}`;
  if (quantifier !== undefined) return setExpression(condition, { of, present, version, where: place });
  const test = anyOf(values.map((value) => valueTest(operator, of, { value, version, where: place })));
  const holds: Expression = { op: 'and', left: present, right: test };
  if (operator.includes('Not')) return { op: 'not', of: holds };
  return ifExists ? { op: 'or', left: { op: 'not', of: present }, right: test } : holds;
}

type Asked = { readonly of: Expression; readonly present: Expression; readonly version: IamVersion; readonly where: string };

/** Lists of texts: all of them, or any, among the condition's. */
function setExpression({ operator, quantifier, values }: IamCondition, { of, present, version, where }: Asked): Expression {
  if (operator !== 'StringEquals') throw unreadable(`\`${operator}\` of several values`, where);
  const items = values.map((value) => literal(textOf(value, version, where)));
  const set: Expression = { op: 'set', items };
  if (quantifier === 'any') return { op: 'and', left: present, right: { op: 'call', name: 'containsAny', arguments: [of, set] } };
  return { op: 'or', left: { op: 'not', of: present }, right: { op: 'call', name: 'containsAll', arguments: [set, of] } };
}

type Compared = { readonly value: string; readonly version: IamVersion; readonly where: string };

const comparisons: { readonly [operator: string]: 'equal' | 'less' | 'less-or-equal' | 'greater' | 'greater-or-equal' } = {
  NumericEquals: 'equal',
  NumericNotEquals: 'equal',
  NumericLessThan: 'less',
  NumericLessThanEquals: 'less-or-equal',
  NumericGreaterThan: 'greater',
  NumericGreaterThanEquals: 'greater-or-equal',
};

/** Whether the attribute matches one of the condition's values; the negated operators ask for the contrary of this. */
function valueTest(operator: IamCondition['operator'], of: Expression, { value, version, where }: Compared): Expression {
  const comparison = comparisons[operator];
  if (comparison !== undefined) {
    if (!/^-?\d{1,15}$/u.test(value)) throw unreadable(`the number \`${value}\`, which is not whole`, where);
    return { op: comparison, left: of, right: literal(Number(value)) };
  }
  switch (operator) {
    case 'StringEquals':
    case 'StringNotEquals':
      return { op: 'equal', left: of, right: literal(textOf(value, version, where)) };
    case 'StringLike':
    case 'StringNotLike':
      return { op: 'like', of, pattern: patternParts(parseTemplate(value, version), where) };
    case 'Bool':
      return { op: 'equal', left: of, right: literal(value.toLowerCase() === 'true') };
    case 'IpAddress':
    case 'NotIpAddress':
      return { op: 'call', name: 'isInRange', arguments: [of, { op: 'call', name: 'ip', arguments: [literal(value)] }] };
    default:
      throw unreadable(`the operator \`${operator}\``, where);
  }
}

function unreadable(what: string, where: string): EdictError {
  return new EdictError('artifact-unreadable', `access rules have no words for ${what}`, { where });
}
