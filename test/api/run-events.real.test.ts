import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunView } from '../../domain/playbook/view.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

describeWith(['postgres', 'opa'], 'a run as a stream of events', () => {
  let harness: Harness;
  let url: string;
  beforeAll(async () => {
    harness = await openHarness();
    await harness.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(harness.app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => harness.close());

  const order = (run: string) =>
    harness.store.runs.order({ run, playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' }, 'analyst');
  const open = (run: string, headers: Record<string, string> = {}, signal: AbortSignal | null = null) =>
    fetch(`${url}/v1/runs/${run}/events`, { headers: { authorization: `Bearer ${harness.tokens['analyst']}`, ...headers }, signal });
  const view = (run: string, status: RunView['status'], steps = 0): RunView => ({
    run,
    playbook: 'p',
    version: '1',
    status,
    steps: Array.from({ length: steps }, (_, index) => ({ step: `s${index}`, kind: 'action', status: 'done' })),
  });

  it('holds each change once and ends with the run', async () => {
    await order('r-1');
    let now = view('r-1', 'running');
    harness.orchestrator.does.runView = async () => now;
    const answer = await open('r-1');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('x-content-type-options')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'nosniff',
    ]);
    const text = answer.text();
    await sleep(1300);
    now = view('r-1', 'waiting-for-people', 1);
    await sleep(700);
    await harness.store.runs.finish('r-1', { ...view('r-1', 'ended', 2), outcome: 'done' });
    const events = (await text).trimEnd().split('\n\n');
    expect(events.map((event) => /^event: (.*)$/mu.exec(event)?.[1])).toEqual(['view', 'view', 'view', 'end']);
    const last = /^id: (.*)$/mu.exec(events[1]!)![1]!;
    // Going on from the second event: only what came after it.
    const rest = (await (await open('r-1', { 'last-event-id': last })).text()).trimEnd().split('\n\n');
    expect(rest).toEqual(events.slice(2));
  });

  it('stays open while the workflow cannot be asked, and stops asking when nobody listens', async () => {
    await order('r-2');
    let asked = 0;
    harness.orchestrator.does.runView = async () => {
      asked += 1;
      return undefined;
    };
    const gone = new AbortController();
    const answer = await open('r-2', {}, gone.signal);
    await sleep(1200);
    expect(asked).toBeGreaterThanOrEqual(2);
    gone.abort();
    await answer.text().catch(() => undefined);
    await sleep(300);
    const before = asked;
    await sleep(1200);
    expect(asked).toBe(before);
  });

  it('ends when the rights of whoever reads are gone', async () => {
    await order('r-cut');
    harness.orchestrator.does.runView = async () => view('r-cut', 'running');
    await harness.store.people.put({ id: 'reader', name: 'r', roles: ['analyst'], disabled: false }, 'system:test');
    const { secret } = await harness.store.people.issueToken({ person: 'reader', label: 't', by: 'system:test' });
    const answer = await fetch(`${url}/v1/runs/r-cut/events`, { headers: { authorization: `Bearer ${secret}` } });
    await harness.store.people.put({ id: 'reader', name: 'r', roles: [], disabled: false }, 'system:test');
    expect(await answer.text()).toContain('event: view');
  });

  it('of a run that there is not is a problem, not a stream', async () => {
    const answer = await open('none');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('ends when the server does', async () => {
    await order('r-3');
    harness.orchestrator.does.runView = async () => view('r-3', 'running');
    const other = await openHarness();
    await other.app.listen({ host: '127.0.0.1', port: 0 });
    await other.store.runs.order(
      { run: 'r-3', playbook: 'p', version: '1', planDigest: 'sha256:x', inputs: {}, requester: 'analyst' },
      'analyst',
    );
    other.orchestrator.does.runView = async () => view('r-3', 'running');
    const place = `http://127.0.0.1:${(other.app.server.address() as AddressInfo).port}`;
    const answer = await fetch(`${place}/v1/runs/r-3/events`, { headers: { authorization: `Bearer ${other.tokens['analyst']}` } });
    const text = answer.text().catch(() => 'cut');
    await sleep(200);
    const since = performance.now();
    await other.close();
    await text;
    expect(performance.now() - since).toBeLessThan(3000);
  });
});
