import { expect, it } from '@jest/globals';
import { standingOf } from '../../../console/screens/approval/standing.ts';
import { findPlaybooks } from '../../../console/screens/playbooks/find.ts';
import type { PlaybookSummary } from '../../../api/contract/playbooks.ts';

const asked = { roles: ['manager'], people: ['pat'], excluded: ['ann'], votes: [], status: 'open' as const };
const me = (id: string, roles: readonly string[], mayVote = true) => ({ id, roles, mayVote });
const passed = {
  id: 'd',
  from: 'max',
  to: 'eve',
  roles: ['manager'],
  since: '2026-11-26T00:00:00Z',
  until: '2026-11-27T00:00:00Z',
  madeAt: '2026-11-26T00:00:00Z',
};
const now = Date.parse('2026-11-26T12:00:00Z');
const vote = { approval: 'a', digest: `sha256:${'0'.repeat(64)}` as const, decision: 'approve' as const, at: '2026-11-26T11:00:00Z' };

it('an approval is of who has a role, is named, or had a role passed on; not of who asked, voted, or may not vote', () => {
  expect(standingOf(asked, me('max', ['manager']), [], now)).toEqual({ is: 'mine', voices: [undefined] });
  expect(standingOf(asked, me('pat', ['auditor']), [], now)).toEqual({ is: 'mine', voices: [undefined] });
  expect(standingOf(asked, me('eve', ['engineer']), [passed], now)).toEqual({ is: 'mine', voices: ['max'] });
  expect(standingOf(asked, me('eve', ['engineer']), [passed], Date.parse(passed.until))).toEqual({ is: 'others' });
  expect(standingOf(asked, me('ann', ['manager']), [], now)).toEqual({ is: 'asked' });
  expect(standingOf(asked, me('root', ['manager'], false), [], now)).toEqual({ is: 'others' });
  expect(standingOf({ ...asked, votes: [{ ...vote, by: 'max' }] }, me('max', ['manager']), [], now)).toEqual({ is: 'voted' });
  expect(standingOf({ ...asked, votes: [{ ...vote, by: 'max' }] }, me('eve', ['engineer']), [passed], now)).toEqual({ is: 'others' });
});

it('playbooks are found by every word of what is known of them', () => {
  const one = (playbook: string, more: Partial<PlaybookSummary>): PlaybookSummary => ({
    playbook,
    version: '1.0.0',
    title: playbook,
    digest: `sha256:${'1'.repeat(64)}`,
    publishedAt: '2026-11-26T00:00:00Z',
    starts: [],
    steps: 1,
    actions: [],
    asksPeople: false,
    tags: {},
    ...more,
  });
  const all = [
    one('b', { actions: ['network.isolate'], starts: ['signal'], asksPeople: true }),
    one('a', { tags: { attack: ['T1071.001'] } }),
  ];
  const found = (find: Parameters<typeof findPlaybooks>[1]) => findPlaybooks(all, find).map(({ playbook }) => playbook);
  expect(found({ text: '' })).toEqual(['a', 'b']);
  expect(found({ text: 'Isolate B' })).toEqual(['b']);
  expect(found({ text: 't1071' })).toEqual(['a']);
  expect(found({ text: '', starts: 'none' })).toEqual(['a']);
  expect(found({ text: '', people: 'asks' })).toEqual(['b']);
});
