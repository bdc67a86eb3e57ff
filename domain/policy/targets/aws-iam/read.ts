/**
 * Reads identity policies (docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html). What nothing allows is
 * left open: another policy may allow it. Shares no code with compile.ts.
 */
import type { Inventory } from '../../../context/inventory.ts';
import type { AccessRule } from '../../access/model.ts';
import type { AccessRead } from '../../access/prove.ts';
import { type NamedRule, readRules } from '../../access/read-rule.ts';
import { familyOfOperator, type OperatorFamily } from '../../iam/condition.ts';
import { conditionPath, rulesOfDocument, type StatementRule } from '../../iam/to-rules.ts';
import type { Artifact } from '../target.ts';
import { type AttachedDocument, attachedDocuments, mostCharacters } from './read-files.ts';

/** Throws `artifact-unreadable`. */
export function readAwsIam(artifact: Artifact): AccessRead {
  const attached = attachedDocuments(artifact, { expected: 'aws-iam', characters: mostCharacters });
  const rules = attached.flatMap(({ path, document, to, except }) =>
    rulesOfDocument(document, to).map((rule) => namedRule(path, rule, except)),
  );
  return accessRead(rules, attached);
}

/** AWS compares by the operator that is written, whatever the type: an attribute has the type that it is compared as. */
export function accessRead(rules: readonly NamedRule[], attached: readonly AttachedDocument[]): AccessRead {
  const types = new Map(Object.entries(knownTypes));
  for (const { document } of attached)
    for (const { conditions } of document.statements)
      for (const condition of conditions) {
        const type = typeNames[familyOfOperator(condition.operator)];
        const path = conditionPath(condition);
        if (type !== undefined) types.set(path, type);
        else if (!types.has(path)) types.set(path, 'string');
      }
  return {
    kind: 'access',
    clauses: readRules(rules, nothing).clauses,
    typeOf: ({ root, names }) => (names.length === 1 ? types.get(`${root}.${names[0]}`) : undefined),
  };
}

/** Of AWS's own keys; one that is asked only whether it is there is text. */
const knownTypes: { readonly [path: string]: string } = { 'context.mfa': 'boolean', 'context.address': 'ip' };

const typeNames: { readonly [family in OperatorFamily]?: string } = { text: 'string', number: 'long', truth: 'boolean', address: 'ip' };

/** No rule of a policy document names anything of an inventory. */
const nothing: Inventory = { zones: [], assets: [] };

/** `others`: principals that the document is not attached to after all. */
export function namedRule(path: string, { effect, match, except = [], where }: StatementRule, others: readonly string[]): NamedRule {
  const excepts = [...except, ...(others.length === 0 ? [] : [{ principals: others }])];
  const id = `${path}${where}`;
  const rule: AccessRule = { kind: 'access', id, requirement: path, effect, match, ...(excepts.length === 0 ? {} : { except: excepts }) };
  return { id, rule };
}
