import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Asset } from '../../domain/context/inventory.ts';
import type { Severity, Signal } from '../../domain/incident/signal.ts';
import { rankOf, severities, triage } from '../../domain/incident/triage.ts';

const signal = (severity: Severity, kind = 'beacon', at = '2026-11-25T10:00:00.000Z'): Signal => ({
  id: `${kind}-${severity}-${at}`,
  kind,
  severity,
  at,
  title: `10.4.0.17 and a ${kind}`,
  source: '10.4.0.17',
  key: 'k',
  attributes: {},
});
const asset = (name: string, criticality: Asset['criticality']): Asset => ({
  name,
  addresses: ['10.4.0.17'],
  zone: 'z',
  services: [],
  groups: [],
  owner: 'o',
  criticality,
});

describe('triage', () => {
  it('takes the worst signal’s severity and title, and names the asset', () => {
    expect(triage({ signals: [signal('low'), signal('high', 'drift')], source: asset('ws-17', 'medium') })).toEqual({
      severity: 'high',
      title: 'ws-17: 10.4.0.17 and a drift (and 1 more)',
      reasons: ['the worst of 2 signals is high'],
    });
  });

  it('raises by one where a critical asset is at either end, but makes nothing of noise', () => {
    expect(triage({ signals: [signal('medium')], destination: asset('db-1', 'critical') }).severity).toBe('high');
    expect(triage({ signals: [signal('low')], destination: asset('db-1', 'critical') }).severity).toBe('low');
    expect(triage({ signals: [signal('critical')], source: asset('db-1', 'critical') }).severity).toBe('critical');
  });

  it('raises where three kinds of signal agree', () => {
    const { severity, reasons } = triage({ signals: [signal('medium', 'a'), signal('low', 'b'), signal('low', 'c')] });
    expect(severity).toBe('high');
    expect(reasons).toContain('3 kinds of signal agree: a, b, c');
  });

  it('never lets an opinion lower anything', () => {
    const anySeverity = fc.constantFrom(...severities);
    fc.assert(
      fc.property(fc.array(anySeverity, { minLength: 1, maxLength: 5 }), anySeverity, (all, opinion) => {
        const signals = all.map((severity) => signal(severity));
        const without = triage({ signals }).severity;
        const with_ = triage({ signals, opinion }).severity;
        expect(rankOf(with_)).toBe(Math.max(rankOf(without), rankOf(opinion)));
        expect(rankOf(without)).toBeGreaterThanOrEqual(Math.max(...all.map(rankOf)));
      }),
    );
  });
});
