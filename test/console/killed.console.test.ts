/** The API dies under an open console, on a stack of this file's own: what was typed stays, and it goes on by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { choosePort } from '../../stack/ports.ts';
import { startStack } from '../../stack/supervisor.ts';
import type { Stack } from '../../stack/supervisor.ts';
import { as, describeConsole, it, running } from './browser.ts';
import { givePasswords, readCredentials } from './people.ts';
import { waitFor } from './world.ts';

let stack: Stack | undefined;
let dataDir: string | undefined;

describeConsole('when the API is killed', (open) => {
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'edict-console-killed-'));
    stack = await startStack({ dataDir, apiPort: await choosePort(new Set()) });
    const url = stack.addresses.api;
    // Seen by this file alone.
    process.env['EDICT_TEST_CONSOLE'] = JSON.stringify({ url, dataDir, database: stack.addresses.database });
    await givePasswords({ url, ...readCredentials(dataDir) });
  }, 180_000);

  afterAll(async () => {
    await stack?.stop();
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('the page says so, keeps what was typed, sends it once when it is back, and hears again', async () => {
    const id = await incident('before');
    const page = await open('analyst', `/incidents/${id}`);
    const field = page.getByLabel('Comment or command');
    await page.getByRole('region', { name: 'Timeline' }).getByText('killed: before').waitFor();
    await field.fill('typed while it was there');
    // Longer than the supervisor takes, so that somebody sees it.
    for (let kills = 0; kills < 3; kills++) {
      stack?.kill('api');
      await page.getByText('The server does not answer').waitFor();
      if (kills === 0) await page.getByRole('button', { name: 'Send' }).click();
      await stack?.up('api');
    }
    await page.getByText('The server does not answer').waitFor({ state: 'detached', timeout: 60_000 });
    await waitFor(async () => (await notes(id)).length > 0);
    expect(await notes(id)).toEqual(['typed while it was there']);
    await page.getByRole('region', { name: 'Timeline' }).getByText('typed while it was there').first().waitFor();
    expect(await field.inputValue()).toBe('');
    await as('manager-1').call('incidents.comment', { params: { id }, body: { text: 'said by another one afterwards' } });
    await page.getByRole('region', { name: 'Timeline' }).getByText('said by another one afterwards').waitFor();
    expect(new URL(page.url()).origin).toBe(running().url);
  }, 240_000);
});

async function incident(word: string): Promise<string> {
  const body = { kind: 'killed', severity: 'low', title: `killed: ${word}`, source: '192.0.2.8', key: `killed:${word}` } as const;
  await as('analyst').call('signals.send', { body });
  const found = async () => (await as('analyst').call('incidents.list', { query: { key: body.key } })).items[0]?.id;
  await waitFor(async () => (await found()) !== undefined);
  return (await found()) ?? '';
}

async function notes(id: string): Promise<readonly string[]> {
  return (await as('analyst').call('incidents.get', { params: { id } })).notes.map(({ text }) => text);
}
