/** Access policies into the model: AWS documents and Cedar policies become access rules; what the model has no words for is told by its line. */
import { isNode, parseDocument } from 'yaml';
import type { Inventory } from '../../context/inventory.ts';
import type { AccessRule } from '../access/model.ts';
import { parseIamDocumentLeniently } from '../iam/parse-document.ts';
import { rulesOfDocumentLeniently, type StatementRule } from '../iam/to-rules.ts';
import { parseCedarLeniently } from '../targets/cedar/parse.ts';
import { readCedarStore } from '../targets/cedar/store.ts';
import { isTemplate } from '../targets/cedar/templates.ts';
import { compareWithDocument, compareWithRules } from './access-compare.ts';
import type { Unread } from './filter.ts';
import type { ImportedPolicy, ImportNames } from './import-policy.ts';

const requirement = 'imported';

function imported(names: ImportNames, rules: readonly AccessRule[], unread: readonly Unread[]): ImportedPolicy {
  const policy = {
    ...names,
    controls: [],
    requirements: [{ id: requirement, text: `${names.title}: as it was in force.` }],
    rules,
    questions: [],
    tests: [],
  };
  return { policy, unread: unread.toSorted((one, other) => one.line - other.line), implied: [] };
}

/** The principals that a document is attached to are not in it: statements that name none are for everybody. */
export function importAwsIam(text: string, inventory: Inventory, names: ImportNames): ImportedPolicy {
  const { document, faults } = parseIamDocumentLeniently(text);
  const { rules, notUnderstood } = rulesOfDocumentLeniently(document, ['any']);
  const left = [...faults, ...notUnderstood].map(({ where, reason }) => unreadStatement(text, where, reason));
  const result = imported(names, [...rules.map(awsRule), claim], left);
  const missing = new Set(notUnderstood.map(({ where }) => statementOf(where)));
  const understood = { ...document, statements: document.statements.filter(({ where }) => !missing.has(where)) };
  return {
    ...result,
    ...compareWithRules(result.policy, [...rules.map(awsRule), claim], inventory),
    ...compareWithDocument(result.policy, understood, inventory),
  };
}

function awsRule({ effect, match, except, where }: StatementRule): AccessRule {
  const id = `statement${where.replace(/^\/Statement/, '').replaceAll('/', '-')}`;
  return { kind: 'access', id, requirement, effect, match, ...(except === undefined ? {} : { except }) };
}

/** What no statement allows AWS denies. */
const claim: AccessRule = {
  kind: 'access',
  id: 'default',
  requirement,
  effect: 'claim',
  match: { principals: ['any'], actions: ['any'], resources: ['any'] },
};

const statementOf = (where: string): string => /^\/Statement(?:\/\d+)?/u.exec(where)?.[0] ?? where;

/** JSON is YAML too, and the places of YAML's parts are known. */
function unreadStatement(text: string, where: string, reason: string): Unread {
  const document = parseDocument(text, { prettyErrors: false });
  const keys = where.split('/').slice(1);
  const effect: unknown = document.getIn([...statementOf(where).split('/').slice(1), 'Effect']);
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return unreadAt(text, text.slice(0, node.range[0]).split('\n').length, told(reason, effect));
  }
  return unreadAt(text, 1, told(reason, effect));
}

function unreadAt(text: string, line: number, reason: string): Unread {
  return { line, text: (text.split('\n')[line - 1] ?? '').trim().slice(0, 200), reason };
}

/** With what it means that the policy is without it. */
function told(reason: string, effect: unknown): string {
  if (effect === 'Allow' || effect === 'permit') return `${reason}: less is allowed without it`;
  return effect === 'Deny' || effect === 'forbid' ? `${reason}: more is allowed without it` : reason;
}

export function importCedar(text: string, inventory: Inventory, names: ImportNames): ImportedPolicy {
  const { rules, faults } = readCedarStore({ policies: [text], lenient: true });
  const unread = faults.map((fault) => ({ ...fault, reason: told(fault.reason, effectFrom(text, fault.line)) }));
  const templates = parseCedarLeniently(text)
    .policies.filter(isTemplate)
    .map(({ line }) => unreadAt(text, line, 'a template, which says nothing until it is linked'));
  const read = rules.map((rule) => ({ ...rule, requirement }));
  const result = imported(names, read, [...unread, ...templates]);
  return { ...result, ...compareWithRules(result.policy, read, inventory) };
}

/** Of the policy that begins on a line. */
function effectFrom(text: string, line: number): string | undefined {
  const rest = text
    .split('\n')
    .slice(line - 1)
    .join('\n');
  return /\b(permit|forbid)\s*\(/u.exec(rest.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*/gu, ' '))?.[1];
}
