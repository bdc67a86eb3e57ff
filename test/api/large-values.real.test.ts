/** A result of 4 MB stands in the view of its run by its digest, and is to be had by it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunView } from '../../domain/playbook/view.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness, type Harness } from './harness.ts';

const view = (outputs: { readonly [name: string]: string }): RunView => ({
  run: 'r-large',
  playbook: 'p',
  version: '1',
  status: 'ended',
  outcome: 'done',
  steps: [{ step: 's', kind: 'action', status: 'done', outputs }],
});

describeWith(['postgres', 'opa'], 'values too large for an answer', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());

  it('are named by digest and size, given by their digest to who may read runs, and unknown where there is none', async () => {
    const large = randomBytes(2_000_000).toString('hex');
    const order = { run: 'r-large', playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' };
    await harness.store.runs.order(order, 'analyst');
    await harness.store.runs.finish('r-large', view({ large, small: 'as it is' }));
    const answer = await harness.ask('auditor', 'GET', '/v1/runs/r-large');
    expect(answer.body.length).toBeLessThan(10_000);
    const { outputs } = answer.json<{ view: { steps: [{ outputs: { large: { $value: string; sizeBytes: number }; small: string } }] } }>()
      .view.steps[0];
    expect(outputs).toMatchObject({ small: 'as it is', large: { sizeBytes: large.length + 2 } });
    const value = await harness.ask('auditor', 'GET', `/v1/values/${outputs.large.$value}`);
    expect(value.json()).toBe(large);
    expect((await harness.ask('auditor', 'GET', `/v1/values/sha256:${'0'.repeat(64)}`)).statusCode).toBe(404);
    expect((await harness.ask('auditor', 'GET', '/v1/values/other')).statusCode).toBe(400);
  });
});
