/** Histories that were recorded on a real server replay on the code of today: runs under way survive an upgrade. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { root, workflowBundle } from './run-fixture.ts';

const histories = readdirSync(`${root}test/histories`).filter((name) => name.endsWith('.json'));
type Event = { eventType: string; activityTaskScheduledEventAttributes?: { activityType: { name: string } } };
const read = (name: string): { events: Event[] } =>
  JSON.parse(readFileSync(`${root}test/histories/${name}`, 'utf8')) as { events: Event[] };

describe('recorded histories', () => {
  it('are there', () => {
    expect(histories.length).toBeGreaterThanOrEqual(2);
  });

  it.each(histories)(
    '%s replays',
    async (name) => {
      await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(read(name)));
    },
    60_000,
  );

  it('are refused where the code would do something else', async () => {
    const history = read('contain-host-approved.json');
    const scheduled = history.events.filter(
      ({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType.name === 'network.isolate',
    );
    expect(scheduled).toHaveLength(1);
    scheduled[0]!.activityTaskScheduledEventAttributes!.activityType.name = 'network.probe';
    await expect(Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, historyFromJSON(history))).rejects.toThrow(
      /nondeterminism/i,
    );
  }, 60_000);
});
