/** Whose vote counts: a model of a few lines, written apart from the store, against what the store answers to any sequence of what people do. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { countingVotes } from '../../domain/playbook/approval/standing.ts';
import type { Store } from '../../store/port.ts';
import { describeWith } from '../stack/fixture.ts';
import { inMs, openApproval, person, planOf, stated } from './ballot-box.ts';
import { codeOf, testStore, type TestStore } from './stores.ts';

const people = ['ada', 'bea', 'cyd', 'dan', 'rae'] as const;
type Name = (typeof people)[number];
const requester: Name = 'rae';

type Act =
  | { readonly does: 'vote'; readonly by: Name; readonly for?: Name | undefined; readonly deny: boolean; readonly less: boolean }
  | { readonly does: 'promote' | 'demote' | 'disable'; readonly who: Name }
  | { readonly does: 'delegate' | 'revoke'; readonly from: Name; readonly to: Name };

type Vote = Extract<Act, { does: 'vote' }>;
type Passing = Extract<Act, { does: 'delegate' | 'revoke' }>;

const name = fc.constantFrom(...people);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('vote' as const),
      by: name,
      for: fc.option(name, { nil: undefined }),
      deny: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      less: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('promote' as const, 'demote' as const, 'disable' as const), who: name }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('delegate' as const, 'revoke' as const), from: name, to: name }) },
);

/** What is written in docs/playbooks.md, and nothing of the store. */
class Model {
  readonly managers = new Set<Name>(['ada', 'bea', 'cyd', 'rae']);
  readonly gone = new Set<Name>();
  readonly passed = new Set<string>();
  readonly votes: { by: Name; for: Name | undefined; less: boolean }[] = [];
  readonly taken = new Set<Name>();
  readonly quorum: number;
  status = 'open';

  constructor(quorum: number) {
    this.quorum = quorum;
  }

  mayNow(by: Name, behalf: Name | undefined): boolean {
    if (this.gone.has(by)) return false;
    if (behalf === undefined || behalf === by) return this.managers.has(by);
    return !this.gone.has(behalf) && this.managers.has(behalf) && this.passed.has(`${behalf}>${by}`);
  }

  counting(less: boolean): number {
    return this.votes.filter((vote) => vote.less === less && this.mayNow(vote.by, vote.for)).length;
  }

  refusal({ by, for: behalf }: Vote): string | undefined {
    if (this.status !== 'open') return 'approval-closed';
    if (by === requester || behalf === requester) return 'approval-by-requester';
    if (this.taken.has(by) || this.taken.has(behalf ?? by)) return 'approval-vote-repeated';
    if (this.mayNow(by, behalf)) return undefined;
    return behalf === undefined || behalf === by || this.gone.has(by) ? 'approval-role-missing' : 'approval-delegation-missing';
  }

  vote(vote: Vote): string {
    const refused = this.refusal(vote);
    if (refused !== undefined) return refused;
    const { by, for: behalf, deny, less } = vote;
    for (const who of [by, behalf ?? by]) this.taken.add(who);
    if (deny) this.status = 'denied';
    else this.votes.push({ by, for: behalf, less });
    if (!deny && this.counting(less) >= this.quorum) this.status = 'approved';
    return 'no error';
  }
}

describeWith(['postgres'], 'whose vote counts', () => {
  let test: TestStore;
  let store: Store;
  let round = 0;

  beforeAll(async () => {
    test = await testStore();
    store = test.store;
  });
  afterAll(() => test.end());

  const put = (model: Model, who: Name) => person(store, who, model.managers.has(who) ? ['manager'] : ['analyst'], model.gone.has(who));

  async function change(model: Model, one: Exclude<Act, Vote>): Promise<void> {
    if (!('who' in one)) return pass(model, one);
    if (one.does === 'promote') model.managers.add(one.who);
    if (one.does === 'demote') model.managers.delete(one.who);
    if (one.does === 'disable') model.gone.add(one.who);
    return put(model, one.who);
  }

  async function pass(model: Model, { does, from, to }: Passing): Promise<void> {
    const given = `${from}>${to}`;
    if (does === 'revoke') {
      for (const { id, ...each } of (await store.delegations.list({ inForce: true }, {})).items)
        if (each.from === from && each.to === to) await store.delegations.revoke(id, from);
      return void model.passed.delete(given);
    }
    const possible = from !== to && model.managers.has(from) && !model.gone.has(from) && !model.gone.has(to);
    const answer = await codeOf(store.delegations.give({ from, to, roles: ['manager'], until: inMs(3_600_000) }));
    expect(answer === 'no error').toBe(possible);
    if (possible) model.passed.add(given);
  }

  it('is the same for the store and for the model, after every act, and again at execution', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(act, { minLength: 4, maxLength: 14 }), async (quorum, acts) => {
        round += 1;
        const model = new Model(quorum);
        await test.query('delete from delegations');
        for (const who of people) await put(model, who);
        const approval = await openApproval(store, { plan: planOf('ask', `law-${round}`), quorum });
        for (const one of acts) {
          if (one.does !== 'vote') await change(model, one);
          else {
            const narrow = one.less ? { narrow: { steps: ['first'] } } : {};
            const decision = one.deny ? ('deny' as const) : ('approve' as const);
            const statement = stated(approval, one.by, { ...narrow, decision, ...(one.for === undefined ? {} : { onBehalfOf: one.for }) });
            expect([one, await codeOf(store.approvals.vote(statement))]).toEqual([one, model.vote(one)]);
          }
          const after = await store.approvals.get(approval.id);
          expect(after?.status).toBe(model.status);
          const rights = await store.approvals.rights(after?.votes ?? []);
          for (const less of [false, true]) {
            const { digest } = stated(approval, 'ada', less ? { narrow: { steps: ['first'] } } : {});
            expect(countingVotes(after!, digest, rights)).toHaveLength(model.counting(less));
          }
        }
      }),
      { numRuns: 40, timeout: 50_000 },
    );
  }, 300_000);
});
