import { describe, expect, it } from '@jest/globals';
import type { AccessDecisionEvent } from '../../../domain/context/event.ts';
import type { AccessRule } from '../../../domain/policy/access/model.ts';
import type { Policy } from '../../../domain/policy/model.ts';
import { keptWhatIf } from '../../../domain/policy/replay/decision-events.ts';
import { accessInventory } from '../access/arbitrary.ts';

const event = (principal: string, more: Partial<AccessDecisionEvent> = {}): AccessDecisionEvent => ({
  id: principal,
  at: '2026-11-23T09:00:00Z',
  point: 'opa-1',
  kind: 'access',
  principal,
  action: 'read',
  resource: 'document:plan',
  decision: 'allow',
  determining: [],
  ...more,
});

const policies = (when?: AccessRule['match']['when'], principals: readonly string[] = ['user:*']): readonly Policy[] => [
  {
    policy: 'p',
    title: 'P',
    owner: 'ann',
    controls: [],
    requirements: [{ id: 'q', text: 'Given.' }],
    rules: [
      {
        kind: 'access',
        id: 'r',
        requirement: 'q',
        effect: 'allow',
        match: { principals, actions: ['read'], resources: ['document:*'], ...(when === undefined ? {} : { when }) },
      },
    ],
    questions: [],
    tests: [],
  },
];

describe('decisions as they are kept', () => {
  const events = [event('user:ann'), event('user:bob'), event('service:backup', { decision: 'deny' })];

  it('are replayed', () => {
    const found = keptWhatIf(events, { before: policies(), after: policies(undefined, ['user:ann', 'service:*']) }, accessInventory);
    expect(found).toMatchObject({
      requests: 3,
      untold: 0,
      wouldBlock: { requests: 1, principals: [{ principal: 'user:bob' }] },
      wouldAllow: { requests: 1, principals: [{ principal: 'service:backup' }] },
    });
  });

  it('cut nobody off by what is not kept of the request', () => {
    const found = keptWhatIf(events, { before: policies(), after: policies({ mfa: true }) }, accessInventory);
    expect(found).toMatchObject({ untold: 2, wouldBlock: { requests: 0 }, wouldAllow: { requests: 0 } });
    const hours = keptWhatIf(events, { before: policies(), after: policies({ during: 'Tue 08:00-18:00 UTC' }) }, accessInventory);
    expect(hours).toMatchObject({ untold: 0, wouldBlock: { requests: 2 } });
  });
});
