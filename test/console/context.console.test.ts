/** What is known: counted, drawn, listed, and loaded from a file; what the past does not explain, explained, and nothing done by itself. */
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { ContextReply } from '../../api/contract/context.ts';
import { as, checkScreen, describeConsole, it, running } from './browser.ts';
import { waitFor } from './world.ts';

const startMs = Date.UTC(2026, 10, 8);
const line = (uid: string, atMs: number, to: string, state = 'SF'): string =>
  JSON.stringify({
    uid,
    ts: (startMs + atMs) / 1000,
    'id.orig_h': '10.8.0.66',
    'id.orig_p': 4,
    'id.resp_h': to,
    'id.resp_p': 8089,
    proto: 'tcp',
    conn_state: state,
  });
const hourMs = 3_600_000;

/** A host of the forensics zone that asks one other each hour of ten days, and then tries forty doors at once, none of which opens. */
async function loadScan(): Promise<void> {
  const calm = Array.from({ length: 240 }, (_, hour) => line(`calm-${hour}`, hour * hourMs, '10.8.0.67'));
  const doors = Array.from({ length: 40 }, (_, door) => line(`door-${door}`, 239.5 * hourMs + door * 1000, `10.8.0.${100 + door}`, 'S0'));
  const document = [...calm, ...doors].join('\n');
  await as('engineer').call('context.connections', { body: document }, { contentType: 'text/plain' });
}

describeConsole('context', (open) => {
  it('shows who talks to whom, and one host alone', async () => {
    const page = await open('analyst', '/context');
    await page.getByRole('img', { name: /hosts and \d+ connections/u }).waitFor();
    const { graph } = await as('analyst').call('context.get', {});
    const [busiest] = graph.edges;
    await page
      .getByRole('grid', { name: 'Connections' })
      .getByText(busiest?.from ?? '', { exact: true })
      .first()
      .click();
    await page.getByRole('region', { name: /: \d+ connections/u }).waitFor();
    await checkScreen(page, 'context');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('region', { name: /^\d+ connections/u }).waitFor();
  });

  it('two thousand hosts are drawn, dragged, and chosen from the list by keys', async () => {
    const page = await open('analyst', '/');
    await page.route('**/v1/context', (route) => route.fulfill({ json: networkOf(2000) }));
    await page.goto(`${running().url}/context`);
    const drawing = page.getByRole('img', { name: '2000 hosts and 2000 connections between them' });
    await drawing.waitFor();
    await waitFor(async () => (await inked(page)) > 5000);
    await checkScreen(page, 'context-many');
    const before = await inked(page);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await waitFor(async () => (await inked(page)) !== before);
    const grid = page.getByRole('grid', { name: 'Connections' });
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.getByRole('region', { name: 'host-1: 2 connections' }).waitFor();
    const { x = 0, y = 0, width = 0, height = 0 } = (await drawing.boundingBox()) ?? {};
    await page.mouse.click(x + width - 3, y + height / 2);
    await page.getByRole('region', { name: '2000 connections', exact: true }).waitFor();
  });

  it('an anomaly is explained in words and figures, and opens an incident when a person says so', async () => {
    await loadScan();
    const before = await as('analyst').call('signals.counts', {});
    const page = await open('analyst', '/context?tab=anomalies');
    const grid = page.getByRole('grid', { name: 'Anomalies' });
    await grid.getByText('10.8.0.66 tries 41 doors, of which 40 did not open').waitFor();
    await grid.getByText('10.8.0.66 talks to 41 hosts within an hour').waitFor();
    await checkScreen(page, 'context-anomalies');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('anomaly'));
    await page.goto(page.url().replace(/anomaly=[^&]*/u, `anomaly=${await fanOutId()}`));
    const drawer = page.getByRole('dialog', { name: 'Anomaly' });
    await drawer.getByText('40 spreads above what is usual').waitFor();
    await drawer.getByRole('table', { name: 'Figures' }).getByText('robust z-score').waitFor();
    await drawer
      .getByRole('img', {
        name: /hosts that 10\.8\.0\.66 talked to in an hour: \d+ places in time, the most is 41, usual 1, told from 4\.5/u,
      })
      .waitFor();
    await checkScreen(page, 'context-anomaly');
    expect((await as('analyst').call('signals.counts', {})).in).toBe(before.in);
    await drawer.getByRole('button', { name: 'Open an incident…' }).click();
    await page.getByRole('button', { name: 'Send the signal' }).click();
    await drawer.getByRole('link', { name: 'The incident that was opened from it' }).click();
    await page
      .getByRole('heading', { name: /10\.8\.0\.66 talks to 41 hosts/u })
      .first()
      .waitFor();
  });

  it('an anomaly leads to the connections that it came from, and is not sent by who may not send', async () => {
    await loadScan();
    const page = await open('auditor', `/context?tab=anomalies&anomaly=${await fanOutId()}`);
    const drawer = page.getByRole('dialog', { name: 'Anomaly' });
    await drawer.getByRole('table', { name: 'Connections that it came from' }).getByText('10.8.0.100', { exact: true }).waitFor();
    expect(await drawer.getByRole('button', { name: 'Open an incident…' }).count()).toBe(0);
    await drawer.getByRole('link', { name: 'All that was recorded in that time' }).click();
    const seen = page.getByRole('grid', { name: 'Recorded connections' });
    await seen.getByText('10.8.0.139', { exact: true }).waitFor();
    await checkScreen(page, 'context-seen');
  });

  it('says what is usual between zones, between hosts and of a host', async () => {
    await loadScan();
    const page = await open('analyst', '/context?tab=baselines');
    const grid = page.getByRole('grid', { name: 'Baselines' });
    await grid.getByText('payments', { exact: true }).first().waitFor();
    await checkScreen(page, 'context-baselines');
    await page.getByLabel('Of what').first().click();
    await page.getByRole('option', { name: 'Of each host' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('10.8.0.66');
    await grid.getByRole('gridcell', { name: '41', exact: true }).first().waitFor();
    await grid.getByRole('link', { name: '280' }).click();
    await page.getByRole('grid', { name: 'Recorded connections' }).getByText('10.8.0.66', { exact: true }).first().waitFor();
  });

  it('lists indicators defanged, with the connections that they are an end of', async () => {
    const page = await open('analyst', '/context?tab=indicators');
    const grid = page.getByRole('grid', { name: 'Indicators' });
    await grid.getByText('192[.]168[.]0[.]4', { exact: true }).waitFor();
    await grid.getByText('Edict demo intelligence').first().waitFor();
    await checkScreen(page, 'context-indicators');
    await page.getByLabel('Kind').first().click();
    await page.getByRole('option', { name: 'domain' }).click();
    await grid.getByText('192[.]168[.]0[.]4', { exact: true }).waitFor({ state: 'detached' });
  });

  it('lists assets by zone', async () => {
    const page = await open('analyst', '/context?tab=assets');
    const grid = page.getByRole('grid', { name: 'Assets' });
    await grid.getByText('payments-gateway', { exact: true }).waitFor();
    await checkScreen(page, 'context-assets');
    await page.getByLabel('Zone').first().click();
    await page.getByRole('option', { name: /^data/u }).click();
    await grid.getByText('payments-gateway', { exact: true }).waitFor({ state: 'detached' });
    await grid.getByText('db-1', { exact: true }).waitFor();
  });

  it('loads a log, and says what of it was new', async () => {
    const page = await open('engineer', '/context');
    await page.getByRole('button', { name: 'Load…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Load what was seen' });
    const chosen = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'File' }).click();
    await (await chosen).setFiles(join(import.meta.dirname, '..', '..', 'demo', 'data', 'conn-payments-synthetic.log'));
    await dialog.getByRole('button', { name: 'Load it' }).click();
    await dialog.getByText(/read, 0 of them new/u).waitFor();
    await checkScreen(page, 'context-load');
  });
});

/** A ring in eight zones. */
function networkOf(hosts: number): ContextReply {
  const names = Array.from({ length: hosts }, (_, host) => `host-${host}`);
  const at = new Date(startMs).toISOString();
  return {
    counts: { assets: hosts, zones: 8, entities: 0, connections: hosts, identityEvents: 0, indicators: 0, decisions: 0 },
    graph: {
      nodes: names.map((name, host) => ({
        name,
        kind: 'asset',
        zone: `zone-${host % 8}`,
        criticality: host % 50 === 0 ? 'critical' : 'low',
      })),
      edges: names.map((name, host) => ({
        from: name,
        to: `host-${(host + 1) % hosts}`,
        service: 'tcp/443',
        connections: hosts - host,
        firstAt: at,
        lastAt: at,
        bytes: 1000,
      })),
      truncated: false,
    },
  };
}

/** How many points of the drawing are not empty. */
function inked(page: Page): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas[role=img]');
    if (canvas === null || canvas.width === 0) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let inked = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
    return inked;
  })()`);
}

async function fanOutId(): Promise<string> {
  let id = '';
  await waitFor(async () => {
    const { items } = await as('analyst').call('context.anomalies', { query: { host: '10.8.0.66', kind: 'fan-out' } });
    id = items[0]?.id ?? '';
    return id !== '';
  });
  return id;
}
