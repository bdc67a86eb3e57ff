/** AWS: network ACLs, and which subnets have them. */
import type { Target } from '../target.ts';
import { compileNetworkAcls, networkAclBudget } from './compile.ts';
import { readNetworkAclArtifact } from './read.ts';

export const awsNetworkAclTarget: Target = {
  name: 'aws-network-acl',
  kinds: ['network'],
  compile: compileNetworkAcls,
  read: readNetworkAclArtifact,
  cannotSay: [
    'that answers pass: an answer to a port that a rule refuses is refused too',
    'connections within a subnet, and between two hosts that the inventory does not know',
    'time windows, source ports: more is refused, never less',
  ],
  budget: networkAclBudget,
};
