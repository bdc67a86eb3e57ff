/** Random policies on every cloud target: proved within what is declared lost, none of it for nothing, or refused for their size. */
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EdictError } from '../../../domain/errors.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { targets } from '../../../domain/policy/targets/index.ts';
import type { Compilation } from '../../../domain/policy/targets/target.ts';
import { runs } from '../../law.ts';
import { policies, smallInventory } from '../arbitrary.ts';

const clouds = ['aws-network-acl', 'aws-security-group', 'azure-nsg', 'cilium', 'gcp-firewall', 'kubernetes'] as const;

it.each(clouds)('%s does what any policies say, but for exactly what it declares', (name) => {
  const target = targets[name];
  const compile = (list: Parameters<typeof target.compile>[0]): Compilation | undefined => {
    try {
      return target.compile(list, smallInventory);
    } catch (error) {
      if (error instanceof EdictError && target.budget !== undefined && /^\d+ (rules|entries)/.test(error.message)) return undefined;
      throw error;
    }
  };
  fc.assert(
    fc.property(policies(true), (list) => {
      const compiled = compile(list);
      if (compiled === undefined) return;
      const { artifact, losses } = compiled;
      expect(prove(list, smallInventory, artifact, losses).counterExample?.text).toBeUndefined();
      for (const silent of losses) {
        const told = losses.filter((loss) => loss !== silent);
        expect({ silent: silent.rule, equal: prove(list, smallInventory, artifact, told).equal }).toEqual({
          silent: silent.rule,
          equal: false,
        });
      }
      expect(compile(list.toReversed())?.artifact.files).toEqual(artifact.files);
    }),
    runs(5),
  );
});
