import type { AccessTarget } from '../../access/prove.ts';
import { compileAwsScp, scpLimits } from './compile.ts';
import { readAwsScp } from './read.ts';

export const awsScpTarget: AccessTarget = {
  name: 'aws-scp',
  kinds: ['access'],
  compile: compileAwsScp,
  read: (artifact) => [readAwsScp(artifact)],
  cannotSay: [
    'An `allow`: a service control policy grants nothing, what it does not deny is left to identity policies.',
    'Groups of principals: such a rule is left out; users, roles and ARNs are asked for by `aws:PrincipalArn`.',
    'Actions that are not `service:Action` and resources that are not ARNs: AWS is never asked about them; the rule says the rest.',
    'Countries, devices, purposes, times of the week, relationships and other conditions without a key of AWS: a `deny` denies without the condition.',
    'Part of a pattern of actions or resources taken out of it: a `deny` denies the whole, a `claim` leaves that part open.',
  ],
  budget: { sizeBytes: scpLimits.characters, entries: scpLimits.documents },
};
