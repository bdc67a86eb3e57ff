/** The end of a run is recorded before its answer leaves, and by its own workflow alone. */
import { describe, expect, it } from '@jest/globals';
import type { RunView } from '../../domain/playbook/view.ts';
import type { Payload } from '../../store/payload-codec.ts';
import { runEndCodec } from '../../worker/run-end-codec.ts';
import { runEndEncoding } from '../../workflows/messages.ts';

const view: RunView = {
  run: 'r-1',
  playbook: 'p',
  version: '1.0.0',
  status: 'ended',
  outcome: 'done',
  steps: [{ step: 'a', kind: 'action', status: 'done' }],
};
const answer: RunView = { ...view, steps: [] };
const payload = (encoding: string, value: unknown): Payload => ({
  metadata: { encoding: Buffer.from(encoding) },
  data: Buffer.from(JSON.stringify(value)),
});
const leaving = payload(runEndEncoding, { view, answer });
const of = (workflowId: string): object => ({ type: 'workflow', namespace: 'default', workflowId });

describe('the codec of ends', () => {
  it('records all of it, and lets the answer go', async () => {
    const recorded: RunView[] = [];
    const codec = runEndCodec(async (end) => recorded.push(end));
    expect(await codec.encode([leaving], of('run/r-1'))).toEqual([payload('json/plain', answer)]);
    expect(recorded).toEqual([view]);
  });

  it('leaves everything else as it is, both ways', async () => {
    const codec = runEndCodec(() => Promise.reject(new Error('nothing ends')));
    const others = [payload('json/plain', { view, answer }), {}, { data: Buffer.from('x') }];
    expect(await codec.encode(others, of('run/r-1'))).toEqual(others);
    expect(await codec.decode([...others, leaving], of('run/r-1'))).toEqual([...others, leaving]);
  });

  it('nothing goes where it could not be recorded', async () => {
    const codec = runEndCodec(() => Promise.reject(new Error('the store is away')));
    await expect(codec.encode([leaving], of('run/r-1'))).rejects.toThrow('the store is away');
  });

  it.each([['run/r-2'], ['incident/r-1'], [undefined]])('workflow %s cannot end the run of another', async (workflowId) => {
    const recorded: RunView[] = [];
    const codec = runEndCodec(async (end) => recorded.push(end));
    await expect(codec.encode([leaving], workflowId === undefined ? undefined : of(workflowId))).rejects.toMatchObject({
      code: 'order-mismatch',
    });
    expect(recorded).toEqual([]);
  });
});
