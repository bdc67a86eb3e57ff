/**
 * What a page feels like, by the browser's own instruments: the time from a press to the next picture (Event Timing, of which what is under 16 ms is not
 * told), the frames while something moves, the tasks that keep the page from answering (Long Tasks), and when something was first painted.
 * https://www.w3.org/TR/event-timing/ https://www.w3.org/TR/longtasks-1/ https://www.w3.org/TR/paint-timing/
 */
import type { Page } from 'playwright-core';

/** Runs in the page, before anything else of it: text, since nothing here knows the types of a page. */
const install = `
  const watched = (window.edictWatched = { presses: [], longTasks: [], frames: [], watching: false, largestMs: 0 });
  const observe = (type, options, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options });
  observe('event', { durationThreshold: 16 }, ({ interactionId, duration }) => {
    if (interactionId > 0) watched.presses.push({ id: interactionId, ms: duration });
  });
  observe('longtask', {}, ({ duration }) => watched.longTasks.push(duration));
  observe('largest-contentful-paint', {}, ({ startTime }) => (watched.largestMs = startTime));
  let last = 0;
  const frame = (at) => {
    if (watched.watching && last > 0) watched.frames.push(at - last);
    last = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;
const begin = 'Object.assign(window.edictWatched, { presses: [], longTasks: [], frames: [], watching: true }); 0';
/** Entries come after the picture that they tell of. */
const end = `new Promise((resolve) => setTimeout(resolve, 300)).then(() => {
  window.edictWatched.watching = false;
  return window.edictWatched;
})`;
const paints = `({
  firstMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  largestMs: window.edictWatched.largestMs,
})`;

type Watched = {
  readonly presses: readonly { readonly id: number; readonly ms: number }[];
  readonly longTasks: readonly number[];
  readonly frames: readonly number[];
};

export async function watch(page: Page): Promise<void> {
  await page.addInitScript({ content: install });
}

export type Felt = {
  /** Of each press the time until the next picture; 8 where it was too short to be told. */
  readonly pressMs: readonly number[];
  readonly frameMs: readonly number[];
  /** All that tasks took beyond 50 ms each. */
  readonly blockedMs: number;
};

/** What was felt while `act` went on, with `presses` of a key or a button. A page that `act` opens is watched from its beginning. */
export async function feel(page: Page, presses: number, act: () => Promise<void>): Promise<Felt> {
  await page.evaluate(begin);
  await act();
  const { presses: told, frames, longTasks } = await page.evaluate<Watched>(end);
  const longest = new Map<number, number>();
  for (const { id, ms } of told) longest.set(id, Math.max(longest.get(id) ?? 0, ms));
  const slow = [...longest.values()];
  return {
    pressMs: [...slow, ...Array.from({ length: Math.max(0, presses - slow.length) }, () => 8)],
    frameMs: frames,
    blockedMs: longTasks.reduce((sum, ms) => sum + ms - 50, 0),
  };
}

export type Painted = { readonly firstMs: number; readonly largestMs: number };

export function painted(page: Page): Promise<Painted> {
  return page.evaluate<Painted>(paints);
}
