/** OpenFGA (1.22): an authorization model and its tuples. */
import type { AccessTarget } from '../../access/prove.ts';
import { compileOpenFga } from './compile.ts';
import { readOpenFga } from './read.ts';

export const openfgaTarget: AccessTarget = {
  name: 'openfga',
  kinds: ['access'],
  compile: compileOpenFga,
  read: readOpenFga,
  cannotSay: [
    'not applicable: a check answers yes or no, and what no policy speaks of is refused',
    'attributes of principals and resources, relationships that are attributes, and expressions: an allow with one is left out, a deny is said without it',
    'whole types of resources, patterns of ids, and any action: they hold the entities and actions that the inventory and the rules name when policies are compiled',
    'a rule that cannot be told, for a value that is missing: it refuses what it would allow itself, and not what others allow',
  ],
};
