/**
 * Parts of the console that are loaded when they are first needed. While the server is away they wait; where the server has another console by
 * now, the part is gone for good: a fault of kind `replaced`, and the bar of the shell offers to load the page anew.
 */
import { useSyncExternalStore } from 'react';
import { Fault } from '../api/fault.ts';
import { isAway, noteReach, onReach } from '../api/reach.ts';

const triesMost = 3;

export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await load();
    } catch (error) {
      const served = await servedConsole();
      if (served === 'another') throw replacedFault();
      if (served === 'this' && tries >= triesMost) throw error;
      if (served === 'none') await untilBack();
      await loadStylesAgain();
    }
  }
}

/** Which console the server has: that of this page, another one, or it does not answer. */
export async function servedConsole(): Promise<'this' | 'another' | 'none'> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  try {
    const response = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (!response.ok) return 'none';
    const same = typeof own !== 'string' || (await response.text()).includes(`"${own}"`);
    noteReplaced(!same);
    return same ? 'this' : 'another';
  } catch {
    return 'none';
  }
}

function untilBack(): Promise<void> {
  // The bar asks until it is back.
  noteReach(true);
  return new Promise((resolve) => {
    const stop = onReach(() => {
      if (isAway()) return;
      stop();
      resolve();
    });
  });
}

/** A stylesheet that did not come is not asked for again by the loader of modules. */
async function loadStylesAgain(): Promise<void> {
  const failed = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')].filter(({ sheet }) => sheet === null);
  await Promise.all(
    failed.map((link) => {
      const again = link.cloneNode() as HTMLLinkElement;
      const settled = new Promise((resolve) => {
        again.addEventListener('load', resolve);
        again.addEventListener('error', resolve);
      });
      link.replaceWith(again);
      return settled;
    }),
  );
}

function replacedFault(): Fault {
  return new Fault('replaced', {
    detail: 'the server has a newer console than this page',
    help: 'load the page anew; copy first what you typed and want to keep',
  });
}

let replaced = false;
const listeners = new Set<() => void>();

function noteReplaced(now: boolean): void {
  if (replaced === now) return;
  replaced = now;
  for (const listener of listeners) listener();
}

export function useReplaced(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => replaced,
  );
}
