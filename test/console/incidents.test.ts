/** What the screens of incidents decide without a browser: which rows stay where they are, what a command means, how an entry reads. */
import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, uniqueArray } from 'fast-check';
import type { IncidentDetail } from '../../api/contract/incidents.ts';
import { parseCommand } from '../../console/screens/incident/commands.ts';
import { storyOf } from '../../console/screens/incident/story.ts';
import { steady } from '../../console/screens/incidents/steady.ts';
import { runs } from '../law.ts';

type Row = { readonly id: string; readonly n: number };
const idOf = ({ id }: Row): string => id;
const rows = (ids: string, n = 0): readonly Row[] => ids.split('').map((id) => ({ id, n }));
const shown = (held: string, now: string): string => {
  const { rows: kept, fresh } = steady(rows(held), rows(now, 1), idOf);
  return `${kept.map(({ id, n }) => (n === 1 ? id : id.toUpperCase())).join('')}+${fresh}`;
};

describe('a list that is held', () => {
  it.each([
    ['abc', 'abc', 'abc+0'],
    ['abc', 'cab', 'cab→abc+0'],
    ['abc', 'xabc', 'abc+1'],
    ['abc', 'axbyc', 'abc+2'],
    ['abc', 'ac', 'aBc+0'],
    ['abc', 'abcde', 'abcde+0'],
    ['abc', 'xyz', 'ABC+3'],
    ['', 'ab', '+0'],
  ])('%s, and now %s', (held, now, wanted) => expect(shown(held, now)).toBe(wanted.replace(/^.*→/u, '')));

  it('never moves a row that was there, and accounts for every one that came', () => {
    const ids = uniqueArray(constantFrom(...'abcdefghij'.split('')));
    assert(
      property(ids, ids, (before, after) => {
        const held = before.map((id) => ({ id, n: 0 }));
        const now = after.map((id) => ({ id, n: 1 }));
        const { rows: kept, fresh } = steady(held, now, idOf);
        expect(kept.slice(0, held.length).map(idOf)).toEqual(before);
        const added = kept.length - held.length;
        const came = after.filter((id) => !before.includes(id)).length;
        if (held.length > 0) expect(added + fresh).toBe(came);
      }),
      runs(200),
    );
  });
});

describe('what is typed in a room', () => {
  it.each([
    ['a comment, @manager-1', { kind: 'comment', text: 'a comment, @manager-1' }],
    ['//etc/passwd was read', { kind: 'comment', text: '/etc/passwd was read' }],
    ['/run contain-host host=ws-17 note=a=b', { kind: 'run', playbook: 'contain-host', inputs: { host: 'ws-17', note: 'a=b' } }],
    ['/assign @manager-1', { kind: 'assign', person: 'manager-1' }],
    ['/contain', { kind: 'contain' }],
    ['/close it was  a drill', { kind: 'close', reason: 'it was  a drill' }],
    ['/find 203.0.113.9', { kind: 'find', text: '203.0.113.9' }],
  ])('%s', (typed, command) => expect(parseCommand(typed)).toEqual(command));

  it.each(['/run', '/run contain-host ws-17', '/close', '/find', '/assign', '/launch'])('%s is no command, and says why', (typed) => {
    expect(parseCommand(typed)).toMatchObject({ kind: 'unknown', help: expect.stringMatching(/.{10}/u) });
  });
});

describe('the story of an incident', () => {
  const item = (id: number, event: string, more: object = {}) => ({
    id,
    event,
    at: '2026-11-26T10:00:00Z',
    actor: 'ada',
    subject: 'incident/i',
    phase: 'other',
    sinceMs: id,
    facts: {},
    ...more,
  });
  const detail = (timeline: readonly object[], more: object = {}) =>
    ({ timeline, notes: [], signals: [], runs: [], effects: [], approvals: [], tasks: [], ...more }) as unknown as IncidentDetail;

  it('leaves out what went on inside, unless it is asked for', () => {
    const of = detail([item(1, 'incident-opened', { facts: { severity: 'high' } }), item(2, 'signal-delivered', { subject: 'signal/s' })]);
    expect(storyOf(of, false).map(({ text }) => text)).toEqual(['opened as high']);
    expect(storyOf(of, true)).toHaveLength(2);
  });

  it('has the whole text of a comment, also where older entries are not shown', () => {
    const note = (id: number, text: string) => ({ id, at: '', by: 'ada', text, mentions: [] });
    const of = detail(
      [item(7, 'incident-noted', { facts: {} }), item(8, 'incident-noted', { actor: 'system:run/r', facts: { text: 'cut' } })],
      {
        notes: [note(1, 'older'), note(2, 'long text'), note(3, 'said by a run')],
      },
    );
    expect(storyOf(of, false).map(({ text, sort, machine }) => [text, sort, machine])).toEqual([
      ['long text', 'comments', false],
      ['said by a run', 'steps', true],
    ]);
  });
});
