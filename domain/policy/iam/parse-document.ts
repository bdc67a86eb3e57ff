/**
 * Reads AWS policy documents. Written from the grammar of the JSON policy language
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). What is not of the language is refused with its place;
 * nothing is skipped.
 */
import { EdictError } from '../../errors.ts';
import { valueFault } from './condition.ts';
import {
  type IamCondition,
  type IamDocument,
  type IamStatement,
  type IamVersion,
  type Listed,
  type Operator,
  operators,
  type PrincipalName,
  type PrincipalType,
} from './document.ts';

export type ParseOptions = {
  /** Read as if the document were of this version, whatever it says. */
  readonly version?: IamVersion | undefined;
};

type Json = { readonly [key: string]: unknown };

const documentKeys = ['Version', 'Id', 'Statement'];
const statementKeys = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/** Of text, or of what JSON text holds. Throws `artifact-unreadable`. */
export function parseIamDocument(document: unknown, options: ParseOptions = {}): IamDocument {
  return readDocument(document, options, parseStatement);
}

export type StatementFault = { readonly where: string; readonly reason: string };

/** Leaves out the statements that it cannot read, and tells them. Throws `artifact-unreadable` for what is no document at all. */
export function parseIamDocumentLeniently(document: unknown): {
  readonly document: IamDocument;
  readonly faults: readonly StatementFault[];
} {
  const faults: StatementFault[] = [];
  const read = readDocument(document, {}, (value, where) => {
    try {
      return parseStatement(value, where);
    } catch (error) {
      if (!(error instanceof EdictError) || error.code !== 'artifact-unreadable') throw error;
      faults.push({ where: error.where ?? where, reason: error.message });
      return undefined;
    }
  });
  return { document: read, faults };
}

type ReadStatement = (value: unknown, where: string) => IamStatement | undefined;

function readDocument(document: unknown, options: ParseOptions, read: ReadStatement): IamDocument {
  const root = objectAt(typeof document === 'string' ? jsonOf(document) : document, '');
  onlyKeys(root, documentKeys, '');
  const version = options.version ?? versionOf(root['Version']);
  const listed = root['Statement'];
  if (listed === undefined) throw unreadable('the document has no statement', '', '`Statement`');
  const statements = (Array.isArray(listed) ? (listed as readonly unknown[]) : [listed]).flatMap(
    (statement, index) => read(statement, Array.isArray(listed) ? `/Statement/${index}` : '/Statement') ?? [],
  );
  const id = root['Id'];
  return { version, ...(typeof id === 'string' ? { id } : {}), statements };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new EdictError('artifact-unreadable', 'the policy document is not JSON', {
      expected: 'a JSON object with `Version` and `Statement`',
      cause: error,
    });
  }
}

function unreadable(message: string, where: string, expected: string): EdictError {
  return new EdictError('artifact-unreadable', message, { where: where === '' ? '/' : where, expected });
}

function objectAt(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable('not an object', where, 'a JSON object');
  return value as Json;
}

function onlyKeys(json: Json, known: readonly string[], where: string): void {
  const odd = Object.keys(json).find((key) => !known.includes(key));
  if (odd !== undefined) throw unreadable(`unknown element \`${odd}\``, `${where}/${odd}`, known.join(', '));
}

function versionOf(value: unknown): IamVersion {
  if (value === undefined) return '2008-10-17';
  if (value === '2008-10-17' || value === '2012-10-17') return value;
  throw unreadable(`\`${JSON.stringify(value)}\` is not a version`, '/Version', '2012-10-17 or 2008-10-17');
}

function parseStatement(value: unknown, where: string): IamStatement {
  const json = objectAt(value, where);
  onlyKeys(json, statementKeys, where);
  const action = listedOf(json, 'Action', where);
  if (action === undefined) throw unreadable('the statement names no action', where, '`Action` or `NotAction`');
  const principal = principalOf(json, where);
  const resource = listedOf(json, 'Resource', where);
  return {
    ...(typeof json['Sid'] === 'string' ? { sid: json['Sid'] } : {}),
    effect: effectOf(json['Effect'], `${where}/Effect`),
    ...(principal === undefined ? {} : { principal }),
    action: { not: action.not, values: action.values.map((text) => checkedAction(text, where)) },
    ...(resource === undefined ? {} : { resource }),
    conditions: json['Condition'] === undefined ? [] : conditionsOf(json['Condition'], `${where}/Condition`),
    where,
  };
}

function effectOf(value: unknown, where: string): 'allow' | 'deny' {
  if (value === 'Allow') return 'allow';
  if (value === 'Deny') return 'deny';
  throw unreadable(`\`${JSON.stringify(value)}\` is not an effect`, where, 'Allow or Deny');
}

function checkedAction(text: string, where: string): string {
  if (text === '*' || /^[^:]+:[^:]+$/u.test(text)) return text;
  throw unreadable(`\`${text}\` is not an action`, `${where}/Action`, '`service:Action`, with wildcards, or `*`');
}

/** `Action` or `NotAction`, `Resource` or `NotResource`; both at once is an error. */
function listedOf(json: Json, name: 'Action' | 'Resource', where: string): Listed | undefined {
  const [plain, negated] = [json[name], json[`Not${name}`]];
  if (plain !== undefined && negated !== undefined)
    throw unreadable(`\`${name}\` and \`Not${name}\` in one statement`, where, 'one of the two');
  if (plain === undefined && negated === undefined) return undefined;
  const not = plain === undefined;
  return { not, values: textsOf(plain ?? negated, `${where}/${not ? 'Not' : ''}${name}`) };
}

function textsOf(value: unknown, where: string): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.map((each) => {
    if (typeof each === 'string') return each;
    throw unreadable('not a text', where, 'a text or a list of texts');
  });
}

const principalTypes: readonly PrincipalType[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

function principalOf(json: Json, where: string): Listed<PrincipalName> | undefined {
  const [plain, negated] = [json['Principal'], json['NotPrincipal']];
  if (plain !== undefined && negated !== undefined)
    throw unreadable('`Principal` and `NotPrincipal` in one statement', where, 'one of the two');
  if (plain === undefined && negated === undefined) return undefined;
  const not = plain === undefined;
  return { not, values: principalNames(plain ?? negated, `${where}/${not ? 'Not' : ''}Principal`) };
}

/** A bare text or list is of type AWS. */
function principalNames(value: unknown, where: string): readonly PrincipalName[] {
  if (typeof value === 'string' || Array.isArray(value)) return textsOf(value, where).map((name) => ({ type: 'AWS', name }));
  const json = objectAt(value, where);
  onlyKeys(json, principalTypes, where);
  return principalTypes.flatMap((type) =>
    json[type] === undefined ? [] : textsOf(json[type], `${where}/${type}`).map((name) => ({ type, name })),
  );
}

function conditionsOf(value: unknown, where: string): readonly IamCondition[] {
  return Object.entries(objectAt(value, where)).flatMap(([name, keys]) => {
    const operator = operatorOf(name, where);
    return Object.entries(objectAt(keys, `${where}/${name}`)).map(([key, values]) => ({
      ...operator,
      key: key.toLowerCase(),
      ...(key === key.toLowerCase() ? {} : { written: key }),
      values: conditionValues(values, operator, `${where}/${name}/${key}`),
    }));
  });
}

const operatorsByName = new Map<string, Operator>(operators.map((name) => [name.toLowerCase(), name]));

function operatorOf(name: string, where: string): Omit<IamCondition, 'key' | 'values'> {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/iu.exec(name) ?? [];
  const operator = operatorsByName.get(base.toLowerCase());
  if (operator === undefined || (operator === 'Null' && ifExists !== undefined))
    throw unreadable(`\`${name}\` is not a condition operator`, `${where}/${name}`, operators.join(', '));
  const spread = quantifier === undefined ? undefined : quantifier.toLowerCase() === 'forallvalues' ? 'all' : 'any';
  return { operator, ...(spread === undefined ? {} : { quantifier: spread }), ifExists: ifExists !== undefined };
}

function conditionValues(value: unknown, operator: Pick<IamCondition, 'operator'>, where: string): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return list.map((each) => {
    if (typeof each !== 'string' && typeof each !== 'boolean' && typeof each !== 'number')
      throw unreadable('not a text, number or truth value', where, 'a value or a list of values');
    const fault = valueFault(operator, String(each));
    if (fault !== undefined) throw unreadable(`\`${String(each)}\` is no value of \`${operator.operator}\``, where, fault);
    return String(each);
  });
}
