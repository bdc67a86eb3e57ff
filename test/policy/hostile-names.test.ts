import { describe, expect, it } from '@jest/globals';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { NetworkRule } from '../../domain/policy/model.ts';
import { prove } from '../../domain/policy/prove.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { policyOf, smallInventory } from './arbitrary.ts';

const rule = (id: string, from: string): NetworkRule => ({
  kind: 'network',
  id,
  requirement: 'q1',
  effect: 'deny',
  match: { from, to: 'any', service: 'any' },
});

describe.each(Object.values(targets))('names in $name', (target) => {
  it.each([
    'x\n  }\n}\nflush ruleset\n',
    '" accept comment "',
    '${7*7}',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '\u2028',
    'a'.repeat(5_000),
  ])('never change the meaning: %j', (name) => {
    const inventory: Inventory = {
      ...smallInventory,
      assets: [...smallInventory.assets, { ...smallInventory.assets[0]!, name, addresses: ['203.0.113.77'] }],
    };
    const policies = [policyOf('p', [rule('a', `asset:${name}`)])];
    const { artifact, losses } = target.compile(policies, inventory);
    expect(losses).toEqual([]);
    expect(prove(policies, inventory, artifact, losses)).toMatchObject({ equal: true });
    for (const text of Object.values(artifact.files)) expect(text).not.toMatch(/^\s*flush/m);
  });

  it.each(['a"b', 'a\nb', 'A', '', 'a'.repeat(65), 'a/b'])('of rules and policies are refused where they are no ids: %j', (id) => {
    const refused = expect.objectContaining({ code: 'policy-invalid' });
    expect(() => target.compile([policyOf('p', [rule(id, 'any')])], smallInventory)).toThrow(refused);
    expect(() => target.compile([policyOf(id, [rule('a', 'any')])], smallInventory)).toThrow(refused);
  });

  it('that nobody knows are refused, with the rule that uses them', () => {
    expect(() => target.compile([policyOf('p', [rule('a', 'zone:ofice')])], smallInventory)).toThrow(
      expect.objectContaining({ code: 'policy-name-unknown', where: 'p/a', help: 'did you mean `zone:office`?' }),
    );
  });

  it('as long as they may be still load: ids of 64 characters', () => {
    const long = 'x'.repeat(64);
    const policies = [policyOf(long, [rule(long, 'zone:office')])];
    const { artifact } = target.compile(policies, smallInventory);
    expect(prove(policies, smallInventory, artifact, [])).toMatchObject({ equal: true });
    for (const [, comment = ''] of Object.values(artifact.files).flatMap((text) => [...text.matchAll(/comment "([^"]*)"/g)]))
      expect(comment.length).toBeLessThanOrEqual(128);
  });
});
