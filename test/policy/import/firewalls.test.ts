import { describe, expect, it } from '@jest/globals';
import { importPolicy } from '../../../domain/policy/import/importers.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { targetOf } from '../../../domain/policy/targets/index.ts';
import { policyCases } from '../cases.ts';
import { sessionCases } from '../conformance/session-firewalls.ts';

const names = { policy: 'edge', title: 'The edge', owner: 'network' };
const firewalls = ['juniper-srx', 'pan-os', 'fortinet', 'check-point'] as const;
const cases = [...policyCases.filter(({ name }) => name === 'a policy with something of everything'), ...sessionCases];

describe.each(firewalls)('what is in force on %s', (name) => {
  const target = targetOf(name);

  it.each(cases.map((each) => [each.name, each] as const))(
    'becomes a policy that decides alike, and is proved when it is compiled again: %s',
    (_, { policies, inventory }) => {
      const [text = ''] = Object.values(target.compile(policies, inventory).artifact.files);
      const { policy, unread, difference } = importPolicy(name, text, inventory, names);
      expect({ unread, difference }).toEqual({ unread: [], difference: undefined });
      const { artifact, losses } = target.compile([policy], inventory);
      expect(prove([policy], inventory, artifact, losses).counterExample?.text).toBeUndefined();
    },
  );
});
