/** Cedar: policies, schema and entities, one set for access rules and one for AI rules. */
import type { AccessTarget } from '../../access/prove.ts';
import { compileCedar } from './compile.ts';
import { readCedar } from './read.ts';

export const cedarTarget: AccessTarget = {
  name: 'cedar',
  kinds: ['access', 'ai'],
  compile: compileCedar,
  read: readCedar,
  cannotSay: [
    'not applicable: what no policy speaks of is denied',
    'patterns of ids: they hold the entities that the inventory knows when policies are compiled',
    'an attribute of several types: the schema gives it one, and Cedar refuses requests with another before any policy is asked',
  ],
};
