/** 2 Context: what names mean and who talks to whom; loaded before the draft is checked against it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage, Story } from '../story.ts';

const data = join(import.meta.dirname, '..', 'data');

/** Loads the inputs of the demo through the API, as a user would; again is no change. */
export async function loadContext(story: Story): Promise<void> {
  const engineer = story.as('engineer');
  const text = (name: string): Promise<string> => readFile(join(data, name), 'utf8');
  const plain = { contentType: 'text/plain' };
  await engineer.call('context.inventory', { body: { assets_csv: await text('inventory.csv'), zones_csv: await text('zones.csv') } });
  await engineer.call('context.connections', { body: await text('conn-apt29.log') }, plain);
  await engineer.call('context.connections', { body: await text('conn-payments-synthetic.log') }, plain);
  await engineer.call('context.identity-events', { body: await text('cloudtrail.json') }, plain);
  await engineer.call('context.indicators', { body: await text('indicators.json') }, plain);
}

export const context: Stage = {
  number: 2,
  name: 'Context',
  tell: async (story) => {
    const { counts, graph } = await story.as('engineer').call('context.get', {});
    story.say(
      `${counts.assets} assets · ${counts.zones} zones · ${counts.connections} connections read (Zeek) · ${counts.identityEvents} identity events (CloudTrail) · ${counts.indicators} indicators (STIX)`,
      counts,
    );
    const busiest = graph.edges.toSorted((a, b) => b.connections - a.connections)[0];
    if (busiest !== undefined) story.say(`busiest: ${busiest.from} → ${busiest.to} ${busiest.service}, ${busiest.connections} connections`);
    story.check(
      'the inventory, the logs and the indicators are loaded',
      counts.assets > 0 && counts.connections > 0 && counts.indicators > 0 && counts.identityEvents > 0,
    );
    story.check('who talks to whom is known', graph.edges.length > 0);
    await unknownName(story);
  },
};

/** A name that the inventory does not know is asked about, never guessed. */
async function unknownName(story: Story): Promise<void> {
  const draft = await story.as('engineer').call('policies.draft', {
    body: {
      requirement: 'Only the warehouse robots may connect to the ledger databases on port 5432.',
      policy: 'warehouse',
      owner: 'logistics',
    },
  });
  const question = draft.questions.find((one) => /warehouse robots/iu.test(one.text));
  story.check('an unknown name is a question', question !== undefined);
  story.say(`a draft that names “the warehouse robots”: ${question?.text ?? 'no question'}`);
}
