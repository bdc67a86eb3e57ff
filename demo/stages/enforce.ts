/** 5 Enforce: real connections pass or are refused, OPA decides and logs, nft counts. */
import { tryConnection } from '../connection.ts';
import { until } from '../story.ts';
import type { Stage, Story } from '../story.ts';
import { lastRun } from './distribute.ts';

const database = '10.2.0.5';
const cases = [
  { from: '10.1.0.10', name: 'payments-1', port: 5432, decision: 'allow' },
  { from: '10.4.0.17', name: 'ws-17', port: 5432, decision: 'deny' },
  { from: '10.1.0.10', name: 'payments-1', port: 22, decision: 'deny' },
] as const;

export const enforce: Stage = {
  number: 5,
  name: 'Enforce',
  tell: async (story) => {
    for (const one of cases) {
      const request = { kind: 'network' as const, from: one.from, to: database, protocol: 'tcp' as const, port: one.port };
      const reply = await story.as('analyst').call('decide', { body: { request } });
      const real = story.lab === undefined ? undefined : await tryConnection(story.lab, { from: one.from, to: database, port: one.port });
      story.say(
        `${one.name} → db-1:${one.port} ${reply.decision}, by ${reply.determining.join(', ')}${real === undefined ? '' : ` · a real connection ${real.passed ? 'passes' : 'is refused'} (${real.elapsedMs} ms)`}`,
      );
      story.check(`${one.name} to port ${one.port} is decided: ${one.decision}`, reply.decision === one.decision);
      if (real !== undefined)
        story.check(`a real connection of ${one.name} to port ${one.port} agrees`, real.passed === (one.decision === 'allow'));
    }
    await tellDecisionLog(story);
    story.check('the enforce stage ended well', (await lastRun(story, 'enforce'))?.outcome === 'done');
  },
};

/** Asked as a service does that OPA protects: what Edict asks itself is no traffic. */
async function askAsService({ stack: { addresses } }: Story, { from, port }: (typeof cases)[number]): Promise<void> {
  await fetch(`${addresses.opa}/v1/data/edict/network/decision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${addresses.opaToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ input: { kind: 'network', from, to: database, protocol: 'tcp', port } }),
  });
}

async function tellDecisionLog(story: Story): Promise<void> {
  for (const one of cases) await askAsService(story, one);
  const known = await until(
    () => story.as('engineer').call('context.get', {}),
    ({ counts }) => counts.decisions > 0,
    { forMs: 10_000, everyMs: 250 },
  );
  story.say(`${known.counts.decisions} decisions in OPA’s log so far`, { decisions: known.counts.decisions });
  story.check('OPA logs its decisions', known.counts.decisions > 0);
}
