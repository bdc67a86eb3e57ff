/**
 * The door of browser tests: `describeConsole('incidents', (open) => it(…, async () => { const page = await open('analyst'); … }))`.
 * Every page collects what goes wrong in it; `checkScreen` looks at a screen as a whole.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it as test, jest } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { createClient } from '../../cli/client.ts';
import type { Client } from '../../cli/client.ts';
import { browserPath } from './browser-path.ts';
import { passwordOf, readCredentials } from './people.ts';

export { passwordOf } from './people.ts';

export type Running = {
  readonly url: string;
  readonly dataDir: string;
  /** Where what the API would take too long for is put. */ readonly database: string;
};

/** A browser on a busy machine. */
const testMs = 90_000;
const screens = join(import.meta.dirname, '..', '..', '.edict', 'screens');
const faults = new WeakMap<Page, string[]>();

export function running(): Running {
  return JSON.parse(process.env['EDICT_TEST_CONSOLE'] ?? '{}') as Running;
}

/** Calls the API as a person, beside the browser. */
export function as(person: string): Client {
  const { url, dataDir } = running();
  return createClient({ url, token: readCredentials(dataDir).tokens[person] ?? '' });
}

/** Those of the test that runs. */
const pages: Page[] = [];

/** Like jest's, and a failure says what its pages showed; a picture of each is in `.edict/screens/failed-<n>.png`. */
export function it(name: string, run: () => Promise<void>, timeoutMs = testMs): void {
  const told = async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      const seen = await Promise.all(pages.map(lookAt));
      // Jest shows the stack.
      throw error instanceof Error ? Object.assign(error, { stack: [error.stack, ...seen].join('\n') }) : error;
    }
  };
  test(name, told, timeoutMs);
}

async function lookAt(page: Page, index: number): Promise<string> {
  const cut = (text: string, most: number): string => text.replaceAll(/\s+/gu, ' ').slice(0, most);
  mkdirSync(screens, { recursive: true });
  try {
    await page.screenshot({ path: join(screens, `failed-${index + 1}.png`), timeout: 5000 });
    const text = await page.locator('body').innerText({ timeout: 5000 });
    return `page ${index + 1} at ${page.url()}: ${cut(text, 1500)}; its faults: ${cut(JSON.stringify(faultsOf(page)), 800)}`;
  } catch (error) {
    return `page ${index + 1} at ${page.url()} cannot be looked at: ${cut(String(error), 200)}`;
  }
}

type Open = (person?: string, path?: string, url?: string) => Promise<Page>;

/** `open(person, path)`: a page of a browser of its own, signed in; without a person it is not signed in. `url`: where the server is for it. */
export function describeConsole(name: string, tests: (open: Open) => void): void {
  if (process.env['EDICT_TEST_CONSOLE'] === undefined && !process.env['CI']) {
    describe.skip(`${name} (needs a browser and the engines: install chromium, run \`npm run setup\`)`, () =>
      tests(() => Promise.reject(new Error('no browser'))));
    return;
  }
  describe(name, () => {
    jest.setTimeout(testMs);
    let browser: Promise<Browser> | undefined;
    tests(async (person, path = '/', url = running().url) => {
      browser ??= chromium.launch({ executablePath: browserPath() ?? 'chromium', args: ['--no-sandbox'] });
      const page = await newPage(await browser);
      pages.push(page);
      if (person !== undefined) await signIn(page, person, url);
      await page.goto(`${url}${path}`);
      if (person !== undefined) await page.getByRole('navigation', { name: 'Screens' }).waitFor();
      return page;
    });
    afterEach(async () => {
      for (const page of pages.splice(0)) await page.context().close();
    });
    afterAll(async () => {
      await (await browser)?.close();
    });
  });
}

const sayViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violation: ' + [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample].join(' ')))`;

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  const found: string[] = [];
  faults.set(page, found);
  page.on('pageerror', (error) => found.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // What was refused is told below, with its address.
    const known = message.text().startsWith('Failed to load resource');
    if (!known && (message.type() === 'error' || message.type() === 'warning')) found.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    // 401: nobody is signed in yet.
    if (response.status() >= 400 && response.status() !== 401) found.push(`answer ${response.status()}: ${response.url()}`);
  });
  await page.addInitScript({ content: sayViolations });
  return page;
}

/**
 * By the password that the set-up gave to everybody (people.ts). INVARIANT: not by a link, which sets a password and so ends every session of
 * the person: files run beside each other, and share their people.
 */
async function signIn(page: Page, person: string, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  const status = await page.evaluate(enter, { person, password: passwordOf(person) });
  if (status === 201) return;
  const { path } = await as('admin').call('people.sign-in-link', { params: { id: person }, body: {} });
  await page.goto(`${url}${path}`);
  await page.reload();
  await page.getByLabel('New password').fill(passwordOf(person));
  await page.getByRole('button', { name: 'Set it and sign in' }).click();
  await page.getByRole('navigation', { name: 'Screens' }).waitFor();
}

/** In the page: the session's cookie is the browser's. */
async function enter(body: { readonly person: string; readonly password: string }): Promise<number> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': String(Math.random()) };
  return (await fetch('/v1/session', { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

/** What went wrong in this page since it was opened, and is forgotten by being asked for. */
export function faultsOf(page: Page): readonly string[] {
  return faults.get(page)?.splice(0) ?? [];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type AxeResult = {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
};

/**
 * In both themes: WCAG 2.2 AA as far as axe can tell, nothing in the browser's console, no violation of the policy; and a picture in
 * `.edict/screens/<name>-<light|dark>.png`.
 */
export async function checkScreen(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForSelector(`html[data-mantine-color-scheme='${colorScheme}']`, { state: 'attached' });
    await page.screenshot({ path: join(screens, `${name}-${colorScheme}.png`) });
    expect({ screen: name, colorScheme, violations: await violations(page) }).toEqual({ screen: name, colorScheme, violations: [] });
  }
  expect(faultsOf(page)).toEqual([]);
}

async function violations(page: Page): Promise<readonly string[]> {
  // In a world of its own: the page's policy lets no script of ours in.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'axe',
  });
  await session.send('Runtime.evaluate', { expression: axe, contextId });
  const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { region: { enabled: false } } })`;
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: run,
    contextId,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails !== undefined) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  return (result.value as AxeResult).violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 5)
      .map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/gu, ' ').slice(0, 300)}`),
  );
}
