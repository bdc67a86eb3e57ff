/**
 * Every screen at 200 %: a window of 1440 × 900 zoomed to twice is one of 720 × 450 (WCAG 2.2, 1.4.4 and 1.4.10). The page is not scrolled
 * sideways, and whatever can be pressed can be reached. And nothing moves for who asked for that.
 */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { as, checkScreen, describeConsole, it } from './browser.ts';
import { publishDrills, startRun } from './drills.ts';

const paths = [...readFileSync(new URL('../../console/app/screens.ts', import.meta.url), 'utf8').matchAll(/path: '(?<path>[^']+)'/gu)].map(
  ({ groups }) => groups?.['path'] ?? '',
);

async function things(): Promise<Readonly<Record<string, string>>> {
  await publishDrills();
  const run = await startRun('console-drill', {});
  const incident = (await as('analyst').call('incidents.list', { query: { text: 'cardholder' } })).items[0]?.id ?? '';
  const approval = (await as('analyst').call('approvals.list', { query: {} })).items[0]?.id ?? '';
  const known = (await as('analyst').call('policies.list', { query: {} })).items[0]?.policy;
  const text = 'Only payment-service hosts may reach the cardholder database on PostgreSQL.';
  const policy = known ?? (await as('engineer').call('policies.draft', { body: { requirement: text, title: 'Zoomed' } })).policy;
  return { $run: run, $incident: incident, $approval: approval, $policy: policy, $playbook: 'contain-host' };
}

/** What cannot be reached: it lies beyond the window, or beyond a part that hides what is too much and cannot be scrolled. */
const outOfReach = `(() => {
  const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
  const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';
  const span = (of, axis) => {
    const { left, right, top, bottom } = of.getBoundingClientRect();
    return axis === 'X' ? [left, right] : [top, bottom];
  };
  const lostAlong = (element, axis) => {
    const [from, to] = span(element, axis);
    for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      const overflow = style['overflow' + axis];
      // Cut short with a sign that it is.
      if (scrolls(overflow) || style.textOverflow === 'ellipsis') return false;
      const [first, last] = span(outer, axis);
      if (hides(overflow) && (from < first - 2 || to > last + 2)) return true;
    }
    return axis === 'X' && (from < -2 || to > window.innerWidth + 2);
  };
  const shown = (element) => {
    const { width, height } = element.getBoundingClientRect();
    // Small on purpose: links that only a keyboard finds. And what is moved by the pointer: a graph.
    if (width < 2 || height < 2 || element.closest('.unseen, .react-flow, canvas, svg') !== null) return false;
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const pressed = document.querySelectorAll('main a, main button, main input, main select, main textarea, main [role="tab"], nav a, nav button');
  const lost = [...pressed].filter((one) => shown(one) && (lostAlong(one, 'X') || lostAlong(one, 'Y')));
  return {
    sideways: document.scrollingElement.scrollWidth - window.innerWidth,
    lost: lost.slice(0, 8).map((one) => one.tagName + ' ' + (one.getAttribute('aria-label') ?? one.textContent.slice(0, 40))),
  };
})()`;

type OutOfReach = { readonly sideways: number; readonly lost: readonly string[] };

const longMotions = `(() => {
  const msOf = (times) => Math.max(...times.split(',').map((time) => (time.includes('ms') ? 1 : 1000) * Number.parseFloat(time)));
  return [...document.querySelectorAll('*')].flatMap((element) => {
    const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
    const ms = Math.max(msOf(transitionDuration), animationName === 'none' ? 0 : msOf(animationDuration));
    return ms > 1 ? [element.tagName + '.' + element.getAttribute('class') + ' ' + ms + ' ms'] : [];
  });
})()`;

async function settled(page: Page): Promise<void> {
  await page.locator('main h1, main h2').first().waitFor();
  await page
    .getByRole('status', { name: /^Loading/u })
    .first()
    .waitFor({ state: 'detached' });
}

describeConsole('every screen', (open) => {
  it('has room at 200 %', async () => {
    expect(paths.length).toBeGreaterThan(15);
    const ids = await things();
    const page = await open('engineer', '/');
    await page.setViewportSize({ width: 720, height: 450 });
    const found: Record<string, unknown> = {};
    for (const path of paths) {
      const real = path.replaceAll(/\$\w+/gu, (name) => ids[name] ?? name);
      await page.goto(new URL(real, page.url()).href);
      await settled(page);
      const { sideways, lost } = await page.evaluate<OutOfReach>(outOfReach);
      if (sideways > 0 || lost.length > 0) found[path] = { sideways, lost };
    }
    expect(found).toEqual({});
    await checkScreen(page, 'zoomed');
  }, 240_000);

  it('keeps still for who asked for it', async () => {
    const page = await open('engineer', '/');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving: Record<string, unknown> = {};
    for (const path of paths.filter((one) => !one.includes('$'))) {
      await page.goto(new URL(path, page.url()).href);
      await page.locator('main h1, main h2').first().waitFor();
      const found = await page.evaluate<readonly string[]>(longMotions);
      if (found.length > 0) moving[path] = found;
    }
    expect(moving).toEqual({});
    // And moves for who did not: or this would say nothing.
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect((await page.evaluate<readonly string[]>(longMotions)).length).toBeGreaterThan(0);
  }, 240_000);
});
