import { describe, expect, it } from '@jest/globals';
import { networkIsolate } from '../../../activities/network/isolate.ts';
import type { GuardQuestion } from '../../../domain/guard/decision.ts';
import { questionOf, subjectsOf } from '../../../domain/guard/question.ts';
import { budgetsOf, checkGuardSettings, covers, defaultGuardSettings, defaultVersion } from '../../../domain/guard/settings.ts';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { makeWorld } from '../fake-world.ts';

const inventory: Inventory = {
  assets: [
    {
      name: 'db-1',
      addresses: ['10.2.0.5'],
      zone: 'inside',
      services: [],
      groups: ['cardholder-db'],
      owner: 'it',
      criticality: 'critical',
    },
  ],
  zones: [],
};
const known = { now: '2026-11-25T12:00:00.000Z', usage: [], version: 0, settings: defaultGuardSettings, inventory };
const asked = {
  actor: { requester: 'ann', run: 'r1', playbook: 'p', version: '1.0.0' },
  step: 'isolate',
  action: 'network.isolate',
  targets: ['fw-1'],
  subjects: ['db-1', '203.0.113.9'],
  params: {},
};

describe('the question to the guard', () => {
  it('says what the inventory knows of each subject, and what counts where it knows nothing', () => {
    expect(questionOf(asked, known).subjects).toEqual([
      { name: 'db-1', known: true, criticality: 'critical', zone: 'inside', groups: ['cardholder-db'], owner: 'it' },
      { name: '203.0.113.9', known: false, criticality: 'low' },
    ]);
  });

  it('takes a host by its address for the same host, and each once', () => {
    expect(subjectsOf({ asset: '10.2.0.5', hosts: ['db-1', { name: 'ws-1' }] }, ['fw-1'], inventory)).toEqual(['db-1', 'ws-1']);
    expect(subjectsOf({ point: 'fw-1' }, ['fw-1'], inventory)).toEqual(['fw-1']);
  });

  it('holds what may be decided by, not the content of the effect', () => {
    const params = {
      text: 'x'.repeat(5000),
      list: Array.from({ length: 900 }, (_, n) => `h${n}`),
      deep: { a: { b: 1 } },
      asset: { name: 'db-1' },
      n: 3,
    };
    const { params: brief } = questionOf({ ...asked, params }, known);
    expect(JSON.stringify(brief).length).toBeLessThan(400);
    expect(brief).toMatchObject({ list: { count: 900, first: ['h0', 'h1', 'h2', 'h3', 'h4'] }, asset: 'db-1', n: 3 });
  });

  it('is asked once for an effect, however often that is tried, and before its intent', async () => {
    const world = makeWorld();
    const questions: GuardQuestion[] = [];
    const guard: typeof world.ports.guard = async (question, options) => {
      expect(world.effects.size).toBe(0);
      questions.push(question);
      return world.ports.guard(question, options);
    };
    const isolate = networkIsolate({ ...world.ports, guard });
    const call = { run: 'r1', step: 'isolate', invocation: 1, params: { asset: 'ws-17' } };
    await isolate(call);
    await isolate(call);
    expect(questions).toHaveLength(1);
    expect(questions[0]).toMatchObject({
      action: 'network.isolate',
      targets: ['fw-1', 'opa-1'],
      actor: { run: 'r1', requester: 'ann' },
      undo: 'network.release',
    });
  });
});

describe('the guard’s settings', () => {
  it('are sensible where nobody wrote any', () => {
    expect(() => checkGuardSettings(defaultGuardSettings)).not.toThrow();
    expect(defaultVersion.version).toBe(0);
    expect(budgetsOf(defaultGuardSettings, 'network.isolate')).toMatchObject([{ perMs: 3_600_000, perPlaybook: 10, overall: 25 }]);
    expect(budgetsOf(defaultGuardSettings, 'enforcement.apply')).toEqual([]);
  });

  it('name actions by themselves, by family, or all', () => {
    expect(['network.isolate', 'network.*', '*'].map((pattern) => covers([pattern], 'network.isolate'))).toEqual([true, true, true]);
    expect(['network.is', 'net.*', 'network'].map((pattern) => covers([pattern], 'network.isolate'))).toEqual([false, false, false]);
  });
});
