/** 6 Monitor: somebody flushes the firewall by hand; the drift is seen and healed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Point } from '../../api/contract/points.ts';
import type { Lab } from '../../connectors/nftables/lab.ts';
import { firewallPoint } from '../points.ts';
import { seconds, until } from '../story.ts';
import type { Stage, Story } from '../story.ts';

const exec = promisify(execFile);

export const monitor: Stage = {
  number: 6,
  name: 'Monitor',
  tell: async (story) => {
    if (story.lab === undefined) story.say('no firewall on this machine: drift is watched at OPA alone');
    else await flushAndHeal(story, story.lab);
    await tellDetector(story);
  },
};

async function flushAndHeal(story: Story, lab: Lab): Promise<void> {
  const [command, ...prefix] = lab.firewallExec;
  const began = performance.now();
  await exec(command ?? '', [...prefix, 'nft', 'flush', 'ruleset']);
  const drifted = await until(
    () => firewall(story),
    (point) => point?.health === 'drifted',
    { forMs: 20_000, everyMs: 50 },
  );
  const seenMs = performance.now() - began;
  const healed = await until(
    () => firewall(story),
    (point) => point?.health === 'in-force',
    { forMs: 20_000, everyMs: 50 },
  );
  story.say(
    `somebody flushes ${firewallPoint} by hand … drift seen after ${seconds(seenMs)}, healed after ${seconds(performance.now() - began)}`,
    {
      seenMs: Math.round(seenMs),
      healedMs: Math.round(performance.now() - began),
    },
  );
  story.check('the drift is seen', drifted?.health === 'drifted');
  story.check('the drift is healed', healed?.health === 'in-force');
}

async function firewall(story: Story): Promise<Point | undefined> {
  const { items } = await story.as('analyst').call('points.list', {});
  return items.find((point) => point.name === firewallPoint);
}

/** The recorded traffic holds a real beacon (ATT&CK evaluation of APT29): the detector makes a signal of it. */
async function tellDetector(story: Story): Promise<void> {
  const incident = await until(
    async () =>
      (await story.as('analyst').call('incidents.list', { query: { limit: 100 } })).items.find(
        (one) => /beacon/iu.test(one.title) || one.key.startsWith('beacon'),
      ),
    (found) => found !== undefined,
    { forMs: 20_000, everyMs: 250 },
  );
  story.say(
    `a detector reads the recorded traffic: ${incident === undefined ? 'no signal' : `${incident.title} → incident ${incident.id} (${incident.severity})`}`,
    { incident: incident?.id },
  );
  story.check('a detector turned recorded traffic into a signal and an incident', incident !== undefined);
}
