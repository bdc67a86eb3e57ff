/**
 * Access rules as AWS identity policies: `attachments.json` says which documents are attached to whom. An `allow` allows and a `deny`
 * denies; a `claim` denies what no rule allows, so that no other policy can.
 */
import type { Inventory } from '../../../context/inventory.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { documentFiles, type Limits } from './documents.ts';
import { awsLosses } from './losses.ts';
import { readAwsIam } from './read.ts';
import { ruleStatements } from './rule-statements.ts';

/** Of a managed policy, and of managed policies attached to one principal ("IAM and AWS STS quotas", AWS IAM User Guide). */
export const iamLimits: Limits = { characters: 6_144, documents: 10 };

export function compileAwsIam(policies: readonly Policy[], inventory: Inventory): Compilation {
  const statements = ruleStatements(policies, inventory, { grants: true });
  const artifact = artifactOf('aws-iam', documentFiles(statements.pieces, iamLimits));
  return { artifact, losses: awsLosses('aws-iam', statements, readAwsIam(artifact)) };
}
