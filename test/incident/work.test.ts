import { describe, expect, it } from '@jest/globals';
import { confidenceOf } from '../../domain/incident/confidence.ts';
import { defang, defangedJson } from '../../domain/incident/defang.ts';
import { entitiesOf } from '../../domain/incident/entities.ts';
import { mentionsIn } from '../../domain/incident/mentions.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import { containWithinMs, dueAtMs, slaState } from '../../domain/incident/sla.ts';
import { timelineOf } from '../../domain/incident/timeline.ts';

describe('the clock of an incident', () => {
  const openedAt = '2026-11-26T10:00:00Z';
  const opened = Date.parse(openedAt);

  it('runs, is at risk in its last quarter, and is late from the moment on', () => {
    const incident = { severity: 'critical', status: 'open', openedAt } as const;
    expect(dueAtMs(incident)).toBe(opened + containWithinMs.critical);
    const at = (part: number) => slaState(incident, opened + part * containWithinMs.critical);
    expect([at(0), at(0.74), at(0.75), at(0.99), at(1), at(9)]).toEqual(['running', 'running', 'at-risk', 'at-risk', 'late', 'late']);
  });

  it('stands still where it is contained or closed', () => {
    for (const status of ['contained', 'closed'] as const)
      expect(slaState({ severity: 'low', status, openedAt }, opened + 10 * containWithinMs.low)).toBe('met');
  });
});

it('kinds and senders that agree make an incident sure, repetition alone less so', () => {
  expect(confidenceOf({ kinds: 1, doors: 1, signals: 1 })).toBe('low');
  expect(confidenceOf({ kinds: 1, doors: 1, signals: 3 })).toBe('medium');
  expect(confidenceOf({ kinds: 2, doors: 1, signals: 2 })).toBe('high');
  expect(confidenceOf({ kinds: 1, doors: 2, signals: 2 })).toBe('high');
});

it('who and what signals are about is listed once each, with its sides', () => {
  const signal = (more: Partial<Signal>): Signal => ({
    id: 's',
    kind: 'beacon',
    severity: 'low',
    at: '',
    title: 't',
    key: 'k',
    attributes: {},
    ...more,
  });
  const found = entitiesOf([
    signal({ source: 'ws-17', destination: '203.0.113.9', attributes: { user: 'ada' } }),
    signal({ source: '203.0.113.9', destination: 'cdn.example.net' }),
    signal({ source: 'ws-17', destination: '2001:db8::1' }),
  ]);
  expect(found).toEqual([
    { value: '203.0.113.9', kind: 'address', sides: ['destination', 'source'], signals: 2 },
    { value: 'ws-17', kind: 'host', sides: ['source'], signals: 2 },
    { value: '2001:db8::1', kind: 'address', sides: ['destination'], signals: 1 },
    { value: 'ada', kind: 'account', sides: [], signals: 1 },
    { value: 'cdn.example.net', kind: 'domain', sides: ['destination'], signals: 1 },
  ]);
});

it.each([
  ['https://evil.example/a?b=1.2', 'hxxps://evil[.]example/a?b=1[.]2'],
  ['203.0.113.9', '203[.]0[.]113[.]9'],
  ['mail bob@evil.example.', 'mail bob[@]evil[.]example.'],
  ['no link here. Next', 'no link here. Next'],
])('%s is defanged', (text, safe) => expect(defang(text)).toBe(safe));

it('a comment calls whom it names, and an address of mail calls nobody', () => {
  expect(mentionsIn('@manager-1, please look; thanks @analyst. (mail a@b.example) @analyst')).toEqual(['manager-1', 'analyst']);
});

it('an entry of the timeline tells some of its detail, and nothing else', () => {
  const [item] = timelineOf([
    {
      id: 1,
      at: '2026-11-26T10:00:00Z',
      actor: 'ada',
      event: 'incident-noted',
      subject: 'incident/i',
      detail: { text: 'seen', secret: 'x', from: 3 },
    },
  ]);
  expect(item?.facts).toEqual({ text: 'seen', from: '3' });
  expect(item).not.toHaveProperty('detail');
});

it('an object is defanged whole; times and versions stay', () => {
  const object = { at: '2026-11-26T06:59:12.417Z', version: '1.2.0', beacon: ['https://evil.example/a', '203.0.113.9'], 'a.b': 3.5 };
  expect(JSON.parse(defangedJson(object))).toEqual({ ...object, beacon: ['hxxps://evil[.]example/a', '203[.]0[.]113[.]9'] });
});
