import { describe, expect, it } from '@jest/globals';
import { decide, prepare } from '../../domain/policy/decide.ts';
import type { NetworkRequest } from '../../domain/policy/model.ts';
import { prove } from '../../domain/policy/prove.ts';
import { targets } from '../../domain/policy/targets/index.ts';
import { witnesses } from '../../domain/policy/witnesses.ts';
import { policyCases } from './cases.ts';
import { decideRead } from './read-decision.ts';

describe.each(policyCases.map((each) => [each.name, each] as const))('case: %s', (_, { policies, inventory, requests, losses }) => {
  const decider = prepare(policies, inventory);

  it.each(requests.map((each) => [JSON.stringify(each.request), each] as const))(
    'decides and explains %s',
    (_text, { request, decision, by, erring }) => {
      const decided = decide(decider, request);
      expect({ ...decided, erring: decided.erring.map(({ rule }) => rule) }).toEqual({ decision, determining: by, erring });
    },
  );

  it.each([targets.nftables, targets.rego])('is proved for $name, with exactly the losses that are declared', (target) => {
    const compiled = target.compile(policies, inventory);
    expect(compiled.losses.map(({ rule }) => rule)).toEqual(losses[target.name] ?? []);
    expect(prove(policies, inventory, compiled.artifact, compiled.losses)).toMatchObject({ equal: true });
    for (const loss of compiled.losses)
      expect(decide(decider, loss.witness).decision).not.toEqual(
        decideRead(target.read(compiled.artifact), loss.witness as NetworkRequest),
      );
  });

  it('is read back from nftables as it is decided, but for what is lost', () => {
    const read = targets.nftables.read(targets.nftables.compile(policies, inventory).artifact);
    // The plain reader in this test does not know IPv6 with a dotted quad in it, nor IPv4-mapped addresses.
    const asked = requests.filter(
      ({ request, unreadable, erring }) =>
        !unreadable && erring.length === 0 && ![request.from, request.to].some((text) => text.includes('::ffff:') || /:.*\./.test(text)),
    );
    for (const { request, decision, lost } of asked)
      expect({ request, same: decideRead(read, request) === decision }).toEqual({ request, same: !lost.includes('nftables') });
  });

  it('has a witness inside each rule and on each side of its boundaries', () => {
    const found = witnesses(policies, inventory);
    const rules = policies.flatMap(({ policy, rules: list }) => list.map(({ id }) => `${policy}/${id}`));
    for (const rule of rules) expect(found.some((witness) => witness.rule === rule && witness.at === 'inside')).toBe(true);
    expect(new Set(found.map(({ expected }) => expected)).size).toBeGreaterThan(1);
  });
});
