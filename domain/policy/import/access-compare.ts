/**
 * Compares an imported access policy with what it was read from, over the whole request space: once as the policy file that people keep,
 * against the rules that were read; of AWS also by another road, as the documents that it compiles back to, against the document itself.
 */
import type { Inventory } from '../../context/inventory.ts';
import { EdictError } from '../../errors.ts';
import { walkAccess } from '../access/compare.ts';
import { directoryOf } from '../access/directory.ts';
import { entityStore } from '../access/entity-store.ts';
import type { AccessRule } from '../access/model.ts';
import { accessRules } from '../access/policies.ts';
import { readRules } from '../access/read-rule.ts';
import { compareDocuments } from '../iam/compare-documents.ts';
import type { IamDocument, IamRequest } from '../iam/document.ts';
import type { Policy } from '../model.ts';
import { parsePolicyFile, printPolicyFile } from '../policy-file.ts';
import { compileAwsIam } from '../targets/aws-iam/compile.ts';
import { attachedDocuments, mostCharacters } from '../targets/aws-iam/read-files.ts';
import type { ImportedPolicy } from './import-policy.ts';

type Verdict = Pick<ImportedPolicy, 'difference' | 'uncompared'>;

export function compareWithRules(policy: Policy, read: readonly AccessRule[], inventory: Inventory): Verdict {
  const named = read.map((rule) => ({ id: `${policy.policy}/${rule.id}`, rule }));
  return comparedOr(() => {
    const [expected, actual] = [readRules(named, inventory), readRules(accessRules([reread(policy)], 'access'), inventory)];
    let found: ImportedPolicy['difference'];
    const sides = [expected.clauses, actual.clauses] as const;
    walkAccess(
      { sides, store: entityStore(directoryOf(inventory)), timezone: expected.timezone },
      ({ request, decisions: [one, other] }) => {
        found = { request, expected: one, actual: other };
        return true;
      },
    );
    return found === undefined ? {} : { difference: found };
  });
}

function reread(policy: Policy): Policy {
  return parsePolicyFile(printPolicyFile(policy), policy.policy);
}

/** Of policies that compile back without loss, for everybody; others are compared by their rules alone. */
export function compareWithDocument(policy: Policy, document: IamDocument, inventory: Inventory): Verdict {
  return comparedOr(() => {
    const { artifact, losses } = compileAwsIam([reread(policy)], inventory);
    const attached = attachedDocuments(artifact, { expected: 'aws-iam', characters: mostCharacters });
    const forAll = attached.every(({ to, except }) => to.length === 1 && to[0] === 'any' && except.length === 0);
    const namesNobody = document.statements.every(({ principal, resource }) => principal === undefined && resource !== undefined);
    if (losses.length > 0 || !forAll || !namesNobody) return {};
    const { first, second } = compareDocuments(
      [document],
      attached.map((each) => each.document),
    );
    const differing = first ?? second;
    if (differing === undefined) return {};
    const [expected, actual] = first === undefined ? (['deny', 'allow'] as const) : (['allow', 'deny'] as const);
    return { difference: { request: requestOfIam(differing), expected, actual } };
  });
}

function requestOfIam({ action, resource, context }: IamRequest): NonNullable<ImportedPolicy['difference']>['request'] {
  return { kind: 'access', principal: 'arn:any', action, resource, context };
}

/** What is too large to compare is told: nobody is to take it for compared. */
function comparedOr(compare: () => Verdict): Verdict {
  try {
    return compare();
  } catch (error) {
    if (error instanceof EdictError && error.code === 'input-too-large') return { uncompared: error.message };
    throw error;
  }
}
