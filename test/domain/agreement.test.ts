/** What a point did beside what the policies say, and what explains a difference. */
import { expect, it } from '@jest/globals';
import { agreementOf, type Tested } from '../../domain/enforcement/agreement.ts';
import { driftBetween } from '../../domain/enforcement/drift.ts';

const tested: Tested = {
  request: { kind: 'network', from: '10.1.0.10', to: '10.2.0.5', protocol: 'tcp', port: 5432 },
  probe: { decision: 'deny', method: 'decision' },
  expected: { decision: 'allow', determining: ['cardholder/payments', 'cardholder/others'] },
  point: { policies: ['cardholder'], isolated: [], drift: [] },
};

it('a decision must be the very one; a packet shows only whether it passes', () => {
  const decided = (method: 'packet' | 'decision', decision: 'allow' | 'not-applicable') =>
    agreementOf({ ...tested, probe: { decision: 'allow', method }, expected: { decision, determining: [] } }).agrees;
  expect(decided('decision', 'allow')).toBe(true);
  expect(decided('decision', 'not-applicable')).toBe(false);
  expect(decided('packet', 'not-applicable')).toBe(true);
  expect(agreementOf({ ...tested, probe: { decision: 'deny', method: 'packet' } }).agrees).toBe(false);
});

it('says of a difference what is known: isolated hosts, policies that are wanted elsewhere, drift', () => {
  expect(agreementOf(tested)).toEqual({ agrees: false, because: [] });
  const point = { policies: [], isolated: ['10.1.0.10', '10.9.9.9'], drift: ['lacks isolation r/i/1'] };
  expect(agreementOf({ ...tested, point }).because).toEqual([
    '10.1.0.10 is isolated at this point',
    'policy cardholder is in force, but not wanted at this point',
    'seen at the point: lacks isolation r/i/1',
  ]);
});

it('a point that is as wanted has not drifted; each difference is told', () => {
  const wanted = { artifact: 'sha256:a', isolationKeys: ['k1', 'k2'] };
  expect(driftBetween(wanted, { artifactDigest: 'sha256:a', isolationKeys: ['k2', 'k1'], intact: true })).toEqual([]);
  expect(driftBetween(wanted, { artifactDigest: undefined, isolationKeys: ['k2', 'k3'], intact: false })).toEqual([
    'has artifact none, should have sha256:a',
    'lacks isolation k1',
    'has isolation k3 that nothing asks for',
    'its content is not what was applied',
  ]);
});
