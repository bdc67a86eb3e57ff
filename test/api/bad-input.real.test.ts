import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pathOf } from '../../api/contract/route.ts';
import type { RouteSpec } from '../../api/contract/route.ts';
import { routes } from '../../api/contract/routes.ts';
import { signWebhook } from '../../api/webhook.ts';
import { describeWith } from '../stack/fixture.ts';
import { ownPage } from './browser.ts';
import { engineToken, openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`../fixtures/bad-input/${name}`, import.meta.url), 'utf8'));
const suite = Object.entries(fixture('json-test-suite.json') as Record<string, string>).map(
  ([name, text]) => [name, Buffer.from(text, 'base64')] as const,
);
const documents: readonly (readonly [string, Buffer])[] = [
  ...suite,
  ['n_structure_100000_opening_arrays', Buffer.from('['.repeat(100_000))],
  ['n_structure_open_array_object', Buffer.from('[{"":'.repeat(50_000))],
  ['100000_arrays_that_close', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
];
const naughty = fixture('blns.json') as readonly string[];
/** Scripts, SQL and prompts that attackers write. */
const attacks = Object.values(fixture('attacks.json') as Record<string, readonly string[]>).flat();

/** A third of them, where each costs several requests. */
const some = naughty.filter((_, index) => index % 3 === 0);
const timeoutMs = 60_000;

const samples = { policy: 'nothing', id: 'nothing', name: 'nothing', run: 'nothing', source: 'nothing', point: 'nothing' };
/** Only the signed door finds what there is: an empty document would rotate its secret, as it should. */
const urlOf = (spec: RouteSpec) => pathOf(spec, spec.access === 'signature' ? { ...samples, source: 'tests' } : samples);
const posts = (Object.entries(routes) as [string, RouteSpec][]).filter(([, { method }]) => method === 'POST');
const webhookSecret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 16) await Promise.all(items.slice(at, at + 16).map(work));
}

describeWith(['postgres', 'opa'], 'bad input', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 0 });
    await harness.store.secrets.ensure('webhook/tests', () => webhookSecret);
  });
  afterAll(() => harness.close());

  /** Someone who gets past the door. */
  const caller = ({ access }: RouteSpec): string => {
    if (access === 'engine-token') return engineToken;
    if (access === 'policies:write' || access === 'playbooks:write' || access === 'runs:migrate') return 'engineer';
    return access === 'approvals:vote' ? 'manager' : 'admin';
  };
  let message = 0;
  const headersFor = (spec: RouteSpec, payload: Buffer, type: string): Record<string, string> => {
    if (spec.access === 'sign-in') return { ...ownPage, 'content-type': type };
    if (spec.access !== 'signature') return { 'content-type': type };
    message += 1;
    const [id, timestamp] = [`m-${message}`, Math.floor(Date.now() / 1000)];
    const signature = signWebhook({ id, timestamp, body: payload, secret: webhookSecret });
    return { 'content-type': type, 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  };
  const effects = async () => ({
    asked: harness.orchestrator.asked.length,
    rows: (await harness.store.audit.verify()).rows,
    signals: (await harness.store.signals.counts()).in,
    counts: await harness.store.context.counts(),
  });

  it.each(posts)(
    '%s: every document of the JSON test suite is refused or harmless, and none has an effect',
    async (_, spec) => {
      const before = await effects();
      await atOnce(documents, async ([name, payload]) => {
        for (const type of spec.consumes ?? ['application/json']) {
          const answer = await harness.ask(caller(spec), 'POST', urlOf(spec), {
            headers: headersFor(spec, payload, type),
            payload,
          });
          expect([name, answer.statusCode < 500 && answer.statusCode !== 401]).toEqual([name, true]);
          if (name.startsWith('n_') && type === 'application/json' && spec.consumes === undefined) {
            expect([name, answer.statusCode]).toEqual([name, 400]);
          }
        }
      });
      expect(await effects()).toEqual(before);
    },
    timeoutMs,
  );

  it(
    'every naughty string comes back from a signal as it went in, or is refused',
    async () => {
      let kept = 0;
      await atOnce([...naughty.entries()], async ([index, text]) => {
        const payload = {
          id: `naughty-${index}`,
          kind: 'beacon',
          severity: 'low',
          title: text,
          source: text,
          attributes: { text, [`k${text}`]: [text] },
        };
        const answer = await harness.ask('analyst', 'POST', '/v1/signals', { payload });
        expect([text, answer.statusCode === 202 || answer.statusCode === 400]).toEqual([text, true]);
        if (answer.statusCode !== 202) return;
        kept += 1;
        const back = await harness.ask('analyst', 'GET', `/v1/signals/naughty-${index}`);
        expect(back.json()).toMatchObject({ title: text, source: text, attributes: payload.attributes });
      });
      expect(kept).toBeGreaterThan(400);
    },
    timeoutMs,
  );

  it(
    'every naughty string may be a requirement, and is kept as it is',
    async () => {
      for (const [index, text] of some.entries()) {
        const answer = await harness.ask('engineer', 'POST', '/v1/policies/draft', {
          payload: { requirement: text, policy: `naughty-${index}` },
        });
        expect([text, [201, 202, 400].includes(answer.statusCode)]).toEqual([text, true]);
        if (answer.statusCode !== 400) expect(answer.json().document.requirements[0].text).toBe(text.trim());
      }
    },
    timeoutMs,
  );

  it(
    'every attack comes through the token’s and the signed door as text, or is refused, and starts nothing',
    async () => {
      const before = (await effects()).counts;
      await atOnce([...attacks.entries()], async ([index, text]) => {
        const signal = { kind: 'port-scan', severity: 'low', title: text.slice(0, 500), attributes: { text } };
        const payload = Buffer.from(JSON.stringify({ ...signal, key: `attack-${index}` }));
        const answers = await Promise.all([
          harness.ask('analyst', 'POST', '/v1/signals', { payload: { ...signal, id: `attack-${index}` } }),
          harness.ask('admin', 'POST', '/webhooks/tests', {
            headers: headersFor(routes['webhooks.receive'], payload, 'application/json'),
            payload,
          }),
        ]);
        for (const answer of answers) expect([text, [202, 400].includes(answer.statusCode)]).toEqual([text, true]);
        const back = await harness.ask('analyst', 'GET', `/v1/signals/attack-${index}`);
        if (answers[0]?.statusCode === 202) expect(back.json()).toMatchObject({ title: signal.title, attributes: { text } });
      });
      expect((await effects()).counts).toEqual(before);
      expect((await harness.store.effects.list({}, {})).items).toEqual([]);
      expect((await harness.store.audit.verify()).ok).toBe(true);
    },
    timeoutMs,
  );

  it(
    'every attack may be a requirement, and is kept as it is',
    async () => {
      await atOnce([...attacks.entries()], async ([index, text]) => {
        const payload = { requirement: text, policy: `attack-${index}` };
        const answer = await harness.ask('engineer', 'POST', '/v1/policies/draft', { payload });
        expect([text, [201, 202, 400].includes(answer.statusCode)]).toEqual([text, true]);
        if (answer.statusCode !== 400) expect(answer.json().document.requirements[0].text).toBe(text.trim());
      });
    },
    timeoutMs,
  );

  it(
    'every naughty string in a path, a query, a header or a name is refused or not found',
    async () => {
      for (const text of some) {
        const encoded = encodeURIComponent(text);
        const answers = await Promise.all([
          harness.ask('admin', 'GET', `/v1/policies/${encoded}`),
          harness.ask('admin', 'GET', `/v1/runs/${encoded}`),
          harness.ask('admin', 'GET', `/v1/audit?subject=${encoded}`),
          harness.ask('admin', 'GET', `/v1/policies?cursor=${encoded}`),
          harness.ask('admin', 'GET', `/v1/approvals?status=${encoded}`),
          harness.ask('admin', 'POST', '/v1/people', { payload: { id: text, name: text, roles: [text] } }),
        ]);
        for (const answer of answers) expect([text, answer.statusCode < 500]).toEqual([text, true]);
      }
    },
    timeoutMs,
  );
});
