import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { assess, byFramework } from '../../domain/compliance/assess.ts';
import { need, statuses, statusOf, statusRank, statusRules } from '../../domain/compliance/effectiveness.ts';
import type { ApprovalFact, ComplianceFacts } from '../../domain/compliance/facts.ts';
import { frameworkOf, frameworks } from '../../domain/compliance/frameworks.ts';
import { runs } from '../law.ts';
import { approval, at, facts, playbook, policy } from './facts.ts';

const control = (given: ComplianceFacts, id: string) => {
  const found = assess(given).find((one) => one.control === id);
  if (found === undefined) throw new Error(`there is no ${id}`);
  return found;
};
const status = (given: ComplianceFacts, id = 'nist-800-53r5:ac-4') => control(given, id).status;

const needs = fc.array(fc.record({ state: fc.constantFrom('holds', 'fails', 'unseen' as const) }), { maxLength: 8 });

describe('the status of a control', () => {
  it.each([
    [[], 'no-evidence'],
    [['unseen'], 'no-evidence'],
    [['holds'], 'effective'],
    [['holds', 'unseen'], 'partly'],
    [['holds', 'fails'], 'partly'],
    [['fails', 'unseen'], 'not-effective'],
  ] as const)('of needs that are %j is %s', (states, expected) => {
    expect(statusOf(states.map((state) => ({ state })))).toBe(expected);
  });

  it('is never raised by taking a finding away', () => {
    fc.assert(
      fc.property(needs, fc.nat(), (all, which) => {
        if (all.length === 0) return;
        const without = all.map((one, place) => (place === which % all.length ? { state: 'unseen' as const } : one));
        expect(statusRank(statusOf(without))).toBeLessThanOrEqual(statusRank(statusOf(all)));
      }),
      runs(1000),
    );
  });

  it('is effective only where something was seen, and nothing that was claimed is missing', () => {
    fc.assert(
      fc.property(needs, (all) => {
        expect(statusOf(all) === 'effective').toBe(all.length > 0 && all.every(({ state }) => state === 'holds'));
      }),
      runs(1000),
    );
  });

  it('takes a need without a row for unseen, whatever is said of it', () => {
    expect(need('it works', { holds: true, found: 'trust us', rows: [] }).state).toBe('unseen');
  });

  it('has its rule in words', () => {
    expect(Object.keys(statusRules).toSorted()).toEqual([...statuses].toSorted());
  });
});

/** Each takes away what was seen, and leaves what is claimed. */
const losses: Readonly<Record<string, (given: ComplianceFacts) => ComplianceFacts>> = {
  proofs: (given) => ({
    ...given,
    policies: given.policies.map((one) => ({
      ...one,
      proofs: one.proofs.map(({ target }) => ({ target, equal: undefined, at: undefined })),
    })),
  }),
  'the approval': (given) => ({ ...given, policies: given.policies.map((one) => ({ ...one, approval: undefined })) }),
  'a voter': (given) => {
    const fewer = (one: ApprovalFact): ApprovalFact => ({ ...one, approvers: one.approvers.slice(1) });
    return {
      ...given,
      policies: given.policies.map((one) => ({ ...one, approval: one.approval === undefined ? undefined : fewer(one.approval) })),
      approvals: { ...given.approvals, rows: given.approvals.rows.map(fewer) },
    };
  },
  observations: (given) => ({ ...given, points: given.points.map((one) => ({ ...one, health: 'unknown' })) }),
  'fresh observations': (given) => ({ ...given, points: given.points.map((one) => ({ ...one, seenAt: '2026-11-20T00:00:00Z' })) }),
  'readable times': (given) => ({ ...given, points: given.points.map((one) => ({ ...one, seenAt: 'soon' })) }),
  points: (given) => ({ ...given, points: [] }),
  runs: (given) => ({ ...given, playbooks: given.playbooks.map((one) => ({ ...one, lastRun: undefined })) }),
  tests: (given) => ({ ...given, playbooks: given.playbooks.map((one) => ({ ...one, tested: false })) }),
  approvals: (given) => ({ ...given, approvals: { rows: [], total: 0 } }),
  incidents: (given) => ({ ...given, incidents: { rows: [], total: 0 } }),
  effects: (given) => ({ ...given, effects: { rows: [], total: 0 } }),
  'the report': (given) => ({ ...given, report: undefined }),
  'the inventory': (given) => ({ ...given, assets: 0 }),
  'the chain': (given) => ({ ...given, chain: undefined }),
};

describe('the assessment', () => {
  it('finds everything effective that has evidence, where all is well', () => {
    const seen = assess(facts()).filter(({ status: found }) => found !== 'no-evidence');
    expect(seen.map(({ status: found }) => found).every((found) => found === 'effective')).toBe(true);
    expect(seen.map((one) => one.control)).toEqual(
      expect.arrayContaining(['nist-800-53r5:ac-4', 'nist-800-53r5:au-9', 'nist-csf-2.0:rs.mi-01', 'pci-dss-4.0.1:1.3.1']),
    );
  });

  it.each(Object.keys(losses))('raises no control where it loses %s, and lowers one', (name) => {
    const before = new Map(assess(facts()).map((one) => [one.control, statusRank(one.status)]));
    const after = assess(losses[name]!(facts()));
    for (const one of after) expect([one.control, statusRank(one.status) <= (before.get(one.control) ?? 0)]).toEqual([one.control, true]);
    expect(after.some((one) => statusRank(one.status) < (before.get(one.control) ?? 0))).toBe(true);
  });

  it('raises no control whatever else was lost before', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(losses)), fc.constantFrom(...Object.keys(losses)), (lost, more) => {
        const before = lost.reduce((given, name) => losses[name]!(given), facts());
        const ranks = new Map(assess(before).map((one) => [one.control, statusRank(one.status)]));
        for (const one of assess(losses[more]!(before))) expect(statusRank(one.status)).toBeLessThanOrEqual(ranks.get(one.control) ?? 0);
      }),
      runs(200),
    );
  });

  it('finds nothing effective where nothing is', () => {
    const nothing: ComplianceFacts = {
      ...Object.values(losses).reduce((given, lose) => lose(given), facts()),
      policies: [],
      playbooks: [],
    };
    expect(new Set(assess(nothing).map((one) => one.status))).toEqual(new Set(['no-evidence']));
    expect(
      new Set(assess(nothing).flatMap((one) => one.claims.flatMap((claim) => claim.needs.map(({ evidence }) => evidence.length)))),
    ).toEqual(new Set([0]));
  });

  it.each([
    ['the policy was proved unequal', { policies: [policy({ proofs: [{ target: 'nftables', equal: false, at }] })] }, 'partly'],
    ['its author approved it alone', { policies: [policy({ approval: approval({ quorum: 1, approvers: ['person:ann'] }) })] }, 'partly'],
    ['glass was broken and nobody looked', { policies: [policy({ approval: approval({ review: 'open' }) })] }, 'partly'],
    [
      'the point drifted, nothing was proved, nobody approved',
      {
        policies: [policy({ proofs: [], approval: undefined })],
        points: [{ name: 'fw-1', health: 'drifted', seenAt: at, policyVersions: [{ policy: 'p1', version: 2 }] }],
      },
      'not-effective',
    ],
    [
      'the point should hold an older version still',
      { points: [{ name: 'fw-1', health: 'in-force', seenAt: at, policyVersions: [{ policy: 'p1', version: 1 }] }] },
      'partly',
    ],
    ['the policy is a draft', { policies: [policy({ state: 'draft', enforced: undefined })] }, 'no-evidence'],
    ['the policy is retired', { policies: [policy({ state: 'retired' })] }, 'no-evidence'],
  ] as const)('where %s', (_, change, expected) => {
    expect(status(facts(change))).toBe(expected);
  });

  it('tells a draft as planned, not as a claim', () => {
    const draft = facts({ policies: [policy({ state: 'draft', enforced: undefined })] });
    expect(control(draft, 'pci-dss-4.0.1:1.3.1')).toMatchObject({ status: 'no-evidence', planned: ['p1'], claims: [] });
  });

  it('counts a run that failed against its playbook', () => {
    const failed = facts({ playbooks: [playbook({ lastRun: { run: 'run-9', outcome: 'failed', endedAt: at } })] });
    expect(status(failed, 'nist-800-53r5:sc-7')).toBe('partly');
    expect(JSON.stringify(control(failed, 'nist-800-53r5:sc-7').claims)).toContain('"id":"run-9"');
  });

  it('counts a chain that does not verify against what rests on it', () => {
    expect(status(facts({ chain: { ok: false, rows: 82, head: 'c0ffee', at } }), 'nist-800-53r5:au-9')).toBe('not-effective');
  });

  it('shows what speaks against a control among its first rows, however many there are', () => {
    const rows = Array.from({ length: 60 }, (_, n) => approval({ id: `a${n}` }));
    const bad = approval({ id: 'bad', approvers: ['person:ann'] });
    const [claim] = control(facts({ approvals: { rows: [...rows, bad], total: 61 } }), 'nist-800-53r5:ac-5').claims;
    expect(claim?.needs[0]).toMatchObject({ state: 'fails', rows: 61 });
    expect(claim?.needs[0]?.evidence.map(({ id }) => id).slice(0, 2)).toEqual(['bad', 'a0']);
    expect(claim?.needs[0]?.evidence).toHaveLength(20);
  });

  it('counts every control of a framework once, and knows the frameworks that are cited', () => {
    const all = assess(facts({ policies: [policy({ controls: ['house-rules:7', 'no framework'] })] }));
    for (const { id, counts } of byFramework(all)) {
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(all.filter(({ framework }) => framework === id).length);
    }
    expect(byFramework(all).map(({ id }) => id)).toEqual([...frameworks.map(({ id }) => id), 'house-rules', 'unsorted']);
    expect(frameworkOf(':x')).toBe('unsorted');
  });

  it('lists ac-5 before ac-17', () => {
    const ids = assess(facts()).map((one) => one.control);
    expect(ids.indexOf('nist-800-53r5:ac-5')).toBeLessThan(ids.indexOf('nist-800-53r5:ac-17'));
  });
});
