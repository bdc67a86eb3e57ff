import { describe, expect, it } from '@jest/globals';
import { decisionEvents } from '../../api/decision-events.ts';

const entry = {
  decision_id: 'd-1',
  timestamp: '2026-11-25T12:00:00.123456789Z',
  path: 'edict/network/decision',
  labels: { id: 'x' },
  input: { kind: 'network', from: '10.0.0.1', to: '10.0.0.2', protocol: 'tcp', port: 5432 },
  result: { decision: 'deny', determining: ['p/r'], erring: [] },
};

describe('a decision log of OPA', () => {
  it('becomes events of the point', () => {
    expect(decisionEvents('opa-1', [entry])).toEqual([
      {
        id: 'd-1',
        at: '2026-11-25T12:00:00.123Z',
        point: 'opa-1',
        from: '10.0.0.1',
        to: '10.0.0.2',
        protocol: 'tcp',
        port: 5432,
        decision: 'deny',
        determining: ['p/r'],
      },
    ]);
  });

  it('of access and of models becomes events with who asked for what, and nothing else that was told', () => {
    const access = { kind: 'access', principal: 'user:eve', action: 'read', resource: 'doc:a', from: '10.0.0.9', context: { mfa: true } };
    const asked = [
      { ...entry, decision_id: 'd-2', path: 'edict/access/decision', input: access },
      { ...entry, decision_id: 'd-3', input: { kind: 'ai', principal: 'user:eve', model: 'small', purpose: 'fun' } },
      { ...entry, decision_id: 'd-4', input: { ...access, probe: true } },
      { ...entry, decision_id: 'd-5', input: { ...access, principal: 7 } },
    ];
    const decided = { at: '2026-11-25T12:00:00.123Z', point: 'opa-1', decision: 'deny', determining: ['p/r'] };
    const who = { ...decided, principal: 'user:eve' };
    expect(decisionEvents('opa-1', asked)).toEqual([
      { ...who, id: 'd-2', kind: 'access', action: 'read', resource: 'doc:a', from: '10.0.0.9' },
      { ...who, id: 'd-3', kind: 'ai', action: 'use', resource: 'small' },
    ]);
  });

  it.each([
    ['other decisions', { ...entry, input: { person: {} }, result: { allow: true } }],
    ['an undefined result', { ...entry, result: undefined }],
    ['what we asked ourselves', { ...entry, input: { ...entry.input, probe: true } }],
    ['an address that is none', { ...entry, input: { ...entry.input, from: 'evil' } }],
    ['a time that is none', { ...entry, timestamp: 'yesterday' }],
    ['text that cannot be stored', { ...entry, decision_id: 'd\0' }],
    ['what is no object', 7],
  ])('leaves out %s', (_, odd) => {
    expect(decisionEvents('opa-1', [odd, entry])).toHaveLength(1);
  });
});
