import type { AccessTarget } from '../../access/prove.ts';
import { compileAwsIam, iamLimits } from './compile.ts';
import { readAwsIam } from './read.ts';

export const awsIamTarget: AccessTarget = {
  name: 'aws-iam',
  kinds: ['access'],
  compile: compileAwsIam,
  read: (artifact) => [readAwsIam(artifact)],
  cannotSay: [
    'Actions that are not `service:Action` and resources that are not ARNs: AWS is never asked about them; the rule says the rest.',
    'Countries, devices, purposes, times of the week, relationships and other conditions without a key of AWS: an `allow` is left out, a `deny` denies without the condition.',
    'Part of a pattern of actions or resources taken out of it: an `allow` is left out, a `deny` denies the whole, a `claim` leaves it to AWS, which denies what no policy allows.',
  ],
  budget: { sizeBytes: iamLimits.characters, entries: iamLimits.documents },
};
