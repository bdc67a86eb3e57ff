import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { loadFlows } from '../../../domain/policy/replay/flows.ts';
import { optimise } from '../../../domain/policy/analysis/optimise.ts';
import { rightSize } from '../../../domain/policy/analysis/right-size.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import type { NetworkRule } from '../../../domain/policy/model.ts';
import { runs } from '../../law.ts';
import { policies, policyOf, request, smallInventory } from '../arbitrary.ts';

function rule(id: string, effect: NetworkRule['effect'], match: NetworkRule['match']): NetworkRule {
  return { kind: 'network', id, requirement: 'q1', effect, match };
}

test('what is optimised decides as before, has no rule more, and nothing that can still go', () => {
  fc.assert(
    fc.property(policies(true), fc.array(request(true), { minLength: 15, maxLength: 15 }), (before, requests) => {
      const complete = requests.filter(({ at }) => at !== undefined);
      const result = optimise(before, smallInventory);
      const [old, fresh] = [before, result.policies].map((list) => prepare(list, smallInventory));
      expect(complete.map((each) => decide(fresh!, each).decision)).toEqual(complete.map((each) => decide(old!, each).decision));
      expect(result.after).toBe(result.before - result.steps.reduce((sum, { change, rules }) => sum + goneBy(change, rules.length), 0));
      expect(analyse(result.policies, smallInventory).findings.filter(({ droppable }) => droppable)).toEqual([]);
    }),
    runs(50),
  );
});

function goneBy(change: string, rules: number): number {
  return change === 'dropped' ? 1 : change === 'merged' ? rules : 0;
}

const to = 'group:cardholder-db';

test('rules are dropped, merged and put in order, and each step is told', () => {
  const before = policyOf('p', [
    rule('rare', 'allow', { from: 'asset:ws-17', to, service: 'tcp/22' }),
    rule('one', 'allow', { from: 'asset:pay-1', to, service: 'tcp/5432' }),
    rule('second', 'allow', { from: 'asset:pay-2', to, service: 'tcp/5432' }),
    rule('twice', 'allow', { from: 'asset:pay-2', to, service: 'tcp/5432' }),
    rule('more', 'allow', { from: 'service:payments', to, service: 'tcp/5433' }),
  ]);
  const tests = [{ name: 't', request: flow(5432), decision: 'allow' as const, by: ['p/second', 'p/twice'] }];
  const result = optimise([{ ...before, tests }], smallInventory, { hits: new Map([['p/one', 10]]) });
  expect(result.steps).toEqual([
    { change: 'dropped', rule: 'p/twice', rules: ['p/second'] },
    { change: 'merged', rule: 'p/one', rules: ['p/second'] },
    { change: 'merged', rule: 'p/one', rules: ['p/more'] },
    { change: 'moved', rule: 'p/one', rules: ['p/rare'] },
  ]);
  expect(result.policies[0]?.rules.map(({ id, match }) => [id, match])).toEqual([
    ['one', { from: 'service:payments', to, service: 'tcp/5432-5433' }],
    ['rare', { from: 'asset:ws-17', to, service: 'tcp/22' }],
  ]);
  expect(result.policies[0]?.tests[0]?.by).toEqual(['p/one']);
});

function flow(port: number, from = '10.2.0.11') {
  return { kind: 'network' as const, from, to: '10.2.0.5', protocol: 'tcp' as const, port, at: '2026-11-25T12:00:00Z' };
}

test('grants are sized by use: what nothing used goes, what was used in part shrinks, and the replay cuts nobody off', () => {
  const granted = policyOf('p', [
    rule('wide', 'allow', { from: 'service:payments', to, service: 'tcp' }),
    rule('unused', 'allow', { from: 'group:admin', to, service: 'tcp/22' }),
    rule('rest', 'claim', { from: 'any', to, service: 'any' }),
  ]);
  const flows = loadFlows([flow(5432), flow(5432), flow(5433, '10.2.0.10'), flow(22, '10.1.0.99')]);
  const sized = rightSize([granted], smallInventory, flows);
  expect(sized).toMatchObject({
    support: 4,
    usage: [
      { rule: 'p/wide', allows: 'tcp', flows: 3, triples: 2, narrower: 'tcp/5432,tcp/5433' },
      { rule: 'p/unused', flows: 0, triples: 0 },
    ],
    neverUsed: ['p/unused'],
    replay: { connections: 4, wouldBlock: { connections: 0 }, wouldAllow: { connections: 0 } },
  });
  const { findings } = analyse([granted], smallInventory, { flows });
  expect(findings.filter(({ kind }) => kind === 'never-used' || kind === 'over-broad').map(({ text }) => text)).toEqual([
    '`p/wide` allows `tcp`; the 3 recorded flows that it let pass used `tcp/5432,tcp/5433` alone',
    '`p/unused` let nothing pass in 4 recorded flows',
  ]);
  expect(sized.proposal[0]?.rules.map(({ id }) => id)).toEqual(['wide', 'rest']);
});
