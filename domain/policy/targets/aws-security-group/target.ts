/** AWS: security groups, and which interfaces carry them. */
import type { Target } from '../target.ts';
import { compileSecurityGroups, securityGroupBudget } from './compile.ts';
import { readSecurityGroupArtifact } from './read.ts';

export const awsSecurityGroupTarget: Target = {
  name: 'aws-security-group',
  kinds: ['network'],
  compile: compileSecurityGroups,
  read: readSecurityGroupArtifact,
  cannotSay: [
    'a refusal: a deny is taken out of what is allowed; where rules only refuse, everything else is listed, protocols without a name left out',
    'what no rule speaks of: where rules allow or claim it is refused',
    'connections between two hosts that the inventory does not know: no interface of theirs is filtered',
    'time windows, source ports: more is refused, never less',
  ],
  budget: securityGroupBudget,
};
