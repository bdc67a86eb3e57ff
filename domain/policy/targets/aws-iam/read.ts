/**
 * Reads identity policies (docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html). What nothing allows is
 * left open: another policy may allow it. Shares no code with compile.ts.
 */
import type { Inventory } from '../../../context/inventory.ts';
import type { AccessClause } from '../../access/interpret.ts';
import type { AccessRule } from '../../access/model.ts';
import { type NamedRule, readRules } from '../../access/read-rule.ts';
import { rulesOfDocument, type StatementRule } from '../../iam/to-rules.ts';
import type { Artifact } from '../target.ts';
import { attachedDocuments } from './read-files.ts';

/** What one managed policy holds at most ("IAM and AWS STS quotas"). */
const mostCharacters = 6_144;

/** Throws `artifact-unreadable`. */
export function readAwsIam(artifact: Artifact): readonly AccessClause[] {
  const attached = attachedDocuments(artifact, { expected: 'aws-iam', characters: mostCharacters });
  const rules = attached.flatMap(({ path, document, to, except }) =>
    rulesOfDocument(document, to).map((rule) => namedRule(path, rule, except)),
  );
  return clausesOfRules(rules);
}

/** No rule of a policy document names anything of an inventory. */
const nothing: Inventory = { zones: [], assets: [] };

export function clausesOfRules(rules: readonly NamedRule[]): readonly AccessClause[] {
  return readRules(rules, nothing).clauses;
}

/** `others`: principals that the document is not attached to after all. */
export function namedRule(path: string, { effect, match, except = [], where }: StatementRule, others: readonly string[]): NamedRule {
  const excepts = [...except, ...(others.length === 0 ? [] : [{ principals: others }])];
  const id = `${path}${where}`;
  const rule: AccessRule = { kind: 'access', id, requirement: path, effect, match, ...(excepts.length === 0 ? {} : { except: excepts }) };
  return { id, rule };
}
