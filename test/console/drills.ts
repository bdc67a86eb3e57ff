/** Runs for tests of screens: containments that wait for managers, and playbooks of these tests' own. */
import type { Approval } from '../../api/contract/approvals.ts';
import type { RunDetail } from '../../api/contract/runs.ts';
import type { JsonObject } from '../../domain/json.ts';
import { as } from './browser.ts';
import { waitFor } from './world.ts';

const drill = `playbook: console-drill
version: 1.0.0
title: A drill with a question, two hosts and a glass to break
triggers: [{ manual: { roles: [analyst, manager] } }]
inputs: { expires: { type: duration, default: 30m, min: 1s, max: 1h } }
steps:
  - id: look
    title: Look at both hosts
    manual:
      roles: [analyst]
      instructions: 'Look at ws-18 and ws-42, and say what you saw.'
      outputs: { seen: { enum: [nothing, beacon] }, hosts: { type: int, description: how many of them } }
      expires: 30m
  - id: ask
    approval:
      of: [first, second]
      roles: [manager]
      quorum: 2
      expires: '\${inputs.expires}'
      remind: [5m]
      escalate: { after: 10m, to: [engineer] }
      break_glass: { roles: [manager], review: 24h }
      summary: 'Isolate ws-18 and ws-42, where \${look.hosts} of them beacon'
      facts:
        seen: '\${look.seen}'
        note: 'Both of these hosts were seen in the logs of the proxy at night, calling an address that nobody here knows, every sixty seconds.'
      on_denied: { end: denied }
      on_expired: { end: expired }
  - { id: first, action: network.isolate, with: { asset: { name: ws-18 }, allow: [] }, lease: 4h, undo: network.release, timeout: 1m }
  - { id: second, action: network.isolate, with: { asset: { name: ws-42 }, allow: [] }, lease: 4h, undo: network.release, timeout: 1m }
`;

const many = `playbook: console-many
version: 1.0.0
title: A thousand steps
triggers: [{ manual: { roles: [analyst] } }]
inputs: { items: { type: list } }
steps:
  - id: each
    foreach:
      in: '\${inputs.items}'
      as: item
      concurrency: 500
      steps:
        - { id: touch, action: control.noop, with: { value: '\${item}' } }
        - { id: hold, wait: { for: 10m } }
`;

export async function publishDrills(): Promise<void> {
  for (const source of [drill, many]) await as('engineer').call('playbooks.publish', { body: { source } });
}

export async function startRun(name: string, inputs: JsonObject, by = 'analyst'): Promise<string> {
  const { run } = await as(by).call('playbooks.run', { params: { name }, body: { inputs } });
  return run;
}

/** A containment of a host that waits for a decision. */
export async function askToContain(host: string, more: JsonObject = {}): Promise<Approval> {
  return approvalOf(await startRun('contain-host', { host, indicator: '203.0.113.9', ...more }));
}

export async function approvalOf(run: string): Promise<Approval> {
  let found: Approval | undefined;
  await waitFor(async () => {
    [found] = (await as('analyst').call('approvals.list', { query: { run } })).items;
    return found !== undefined;
  });
  return found as Approval;
}

export async function runIs(run: string, holds: (detail: RunDetail) => boolean): Promise<RunDetail> {
  let detail: RunDetail | undefined;
  await waitFor(async () => {
    detail = await as('analyst').call('runs.get', { params: { run } });
    return holds(detail);
  });
  return detail as RunDetail;
}
