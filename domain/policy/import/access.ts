/** Access policies into the model: AWS documents and Cedar policies become access rules; what the model has no words for is told by its place. */
import type { Inventory } from '../../context/inventory.ts';
import { parseIamDocument } from '../iam/parse-document.ts';
import { rulesOfDocumentLeniently, type StatementRule } from '../iam/to-rules.ts';
import type { AccessRule } from '../access/model.ts';
import { readCedarStore } from '../targets/cedar/store.ts';
import type { ImportedPolicy, ImportNames } from './import-policy.ts';

const requirement = 'imported';

function imported(names: ImportNames, rules: readonly AccessRule[], unread: ImportedPolicy['unread']): ImportedPolicy {
  const policy = {
    ...names,
    controls: [],
    requirements: [{ id: requirement, text: `${names.title}: as it was in force.` }],
    rules,
    questions: [],
    tests: [],
  };
  return { policy, unread, implied: [] };
}

/** The principals that a document is attached to are not in it: statements that name none are for everybody. */
export function importAwsIam(text: string, _inventory: Inventory, names: ImportNames): ImportedPolicy {
  const { rules, notUnderstood } = rulesOfDocumentLeniently(parseIamDocument(text), ['any']);
  const unread = notUnderstood.map(({ where, text: said, reason }) => ({ line: lineOf(text, where), text: said, reason }));
  return imported(names, [...rules.map(awsRule), claim], unread);
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

/** The line of the statement at a JSON pointer: the one where its number in the list begins. */
function lineOf(text: string, where: string): number {
  const number = Number(/^\/Statement\/([0-9]+)/.exec(where)?.[1] ?? '0');
  const found = [...text.matchAll(/"Effect"\s*:/g)][number];
  return found === undefined ? 1 : text.slice(0, found.index).split('\n').length;
}

export function importCedar(text: string, _inventory: Inventory, names: ImportNames): ImportedPolicy {
  const { rules, faults } = readCedarStore({ policies: [text], lenient: true });
  return imported(
    names,
    rules.map((rule) => ({ ...rule, requirement })),
    faults,
  );
}
