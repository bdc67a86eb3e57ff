import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { relate } from '../../../domain/policy/analysis/relate.ts';
import { artifactSide, policySide } from '../../../domain/policy/analysis/side.ts';
import { compose, type PathPoint } from '../../../domain/policy/compose.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import type { NetworkRule, Policy } from '../../../domain/policy/model.ts';
import { nftablesTarget } from '../../../domain/policy/targets/nftables/target.ts';
import { runs } from '../../law.ts';
import { policies, policyOf, request, smallInventory } from '../arbitrary.ts';

const permits = { deny: 0, 'not-applicable': 1, allow: 2 } as const;

test('who allows more is shown by a request, and no request says otherwise', () => {
  fc.assert(
    fc.property(policies(false), policies(false), fc.array(request(false), { minLength: 20, maxLength: 20 }), (one, other, requests) => {
      const related = relate(policySide('one', one, smallInventory), policySide('other', other, smallInventory), smallInventory);
      const deciders = [prepare(one, smallInventory), prepare(other, smallInventory)] as const;
      const more = (each: (typeof requests)[number]) =>
        permits[decide(deciders[0], each).decision] - permits[decide(deciders[1], each).decision];
      expect(related.first === undefined || more(related.first.request) > 0).toBe(true);
      expect(related.second === undefined || more(related.second.request) < 0).toBe(true);
      if (related.first === undefined) expect(requests.filter((each) => more(each) > 0)).toEqual([]);
      if (related.second === undefined) expect(requests.filter((each) => more(each) < 0)).toEqual([]);
    }),
    runs(60),
  );
});

const allowWeb: NetworkRule = rule('web', 'allow', { from: 'zone:office', to: 'service:web', service: 'tcp/443' });
const allowAll: NetworkRule = rule('all', 'allow', { from: 'any', to: 'service:web', service: 'tcp' });
const claim: NetworkRule = rule('rest', 'claim', { from: 'any', to: 'service:web', service: 'any' });

function rule(id: string, effect: NetworkRule['effect'], match: NetworkRule['match']): NetworkRule {
  return { kind: 'network', id, requirement: 'q1', effect, match };
}

const one = (...rules: readonly NetworkRule[]): readonly Policy[] => [policyOf('web', rules)];
const side = (name: string, ...rules: readonly NetworkRule[]) => policySide(name, one(...rules), smallInventory);

test('each of the four relations, with what each side allows', () => {
  const relation = (a: readonly NetworkRule[], b: readonly NetworkRule[]) => relate(side('a', ...a), side('b', ...b), smallInventory);
  expect(relation([allowWeb, claim], [claim, allowWeb]).relation).toBe('equivalent');
  const wider = relation([allowWeb, claim], [allowAll, claim]);
  expect(wider.relation).toBe('second-more');
  expect(wider.second?.text).toBe('tcp/0 from 10.1.0.17 (ws-17) to 10.2.0.11 (pay-2): a says deny, b says allow');
  expect(wider.allows.first.ipv4.requests < wider.allows.second.ipv4.requests).toBe(true);
  expect(relation([allowAll, claim], [allowWeb, claim]).relation).toBe('first-more');
  const ssh = rule('ssh', 'allow', { from: 'group:admin', to: 'service:web', service: 'udp/22' });
  expect(relation([allowWeb, claim], [ssh, claim]).relation).toBe('incomparable');
});

test('what is not spoken of is apart, or as it is told', () => {
  const sides = [side('claims', allowWeb, claim), side('allows', allowWeb)] as const;
  expect(relate(...sides, smallInventory).relation).toBe('second-more');
  expect(relate(...sides, smallInventory, 'deny').relation).toBe('equivalent');
  expect(relate(...sides, smallInventory, 'allow').relation).toBe('second-more');
});

test('an artifact is compared with policies, by its own reader', () => {
  const { artifact } = nftablesTarget.compile(one(allowWeb, claim), smallInventory);
  expect(relate(artifactSide('nft', artifact), side('rules', allowWeb, claim), smallInventory).relation).toBe('equivalent');
  expect(relate(artifactSide('nft', artifact), side('rules', allowAll, claim), smallInventory).second?.second).toBe('allow');
});

const point = (name: string, ...rules: readonly NetworkRule[]): PathPoint => ({
  name,
  runs: nftablesTarget.compile(one(...rules), smallInventory).artifact,
  unspoken: 'passes',
});

test('a path is as meant where every point says what the policies say, also where one of them says nothing', () => {
  const found = compose(one(allowWeb, claim), [point('segment', allowWeb, claim), point('host')], smallInventory);
  expect(found).toEqual({ asMeant: true, faults: [] });
});

test('the point that blocks is named, and the points that leak', () => {
  const deny = rule('no', 'deny', { from: 'zone:office', to: 'service:web', service: 'tcp/443' });
  const blocked = compose(one(allowWeb, claim), [point('segment', allowWeb, claim), point('host', deny)], smallInventory);
  expect(blocked.faults).toMatchObject([{ kind: 'blocked', point: 'host', points: ['host'] }]);
  const leak = compose(one(allowWeb, claim), [point('segment', allowAll), point('host', allowAll, claim)], smallInventory);
  expect(leak.faults).toMatchObject([{ kind: 'leak', point: 'host', points: ['segment', 'host'] }]);
  expect(leak.faults[0]?.text).toContain('should be closed, and is let pass by segment, host');
});

test('a path is open exactly where the policies allow: no request says otherwise', () => {
  fc.assert(
    fc.property(
      policies(false),
      policies(false),
      policies(false),
      fc.array(request(false), { minLength: 20, maxLength: 20 }),
      (meant, first, second, requests) => {
        const points = [first, second].map((each, at): PathPoint => ({
          name: `p${at}`,
          runs: { policies: each },
          unspoken: at === 0 ? 'passes' : 'blocked',
        }));
        const { faults } = compose(meant, points, smallInventory);
        const deciders = [meant, first, second].map((each) => prepare(each, smallInventory));
        const stateOf = (each: (typeof requests)[number]) => {
          const [intent, one, two] = deciders.map((decider) => decide(decider, each).decision);
          const open = one !== 'deny' && two === 'allow';
          return intent === 'allow' && !open ? 'blocked' : intent === 'deny' && open ? 'leak' : 'fine';
        };
        for (const fault of faults) expect(stateOf(fault.request)).toBe(fault.kind);
        for (const kind of ['blocked', 'leak'] as const)
          if (!faults.some((fault) => fault.kind === kind)) expect(requests.filter((each) => stateOf(each) === kind)).toEqual([]);
      },
    ),
    runs(60),
  );
});
