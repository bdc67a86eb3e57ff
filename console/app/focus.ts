/**
 * The focus goes back to where it was when a dialog closes (WCAG 2.2, 2.4.3): a dialog that is taken away with the focus in it leaves it
 * nowhere, and whoever works by keys begins at the top of the page again.
 */
const lookMs = 100;

let before: HTMLElement | undefined;
let timer: ReturnType<typeof setInterval> | undefined;

export function keepFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    if (target.closest('[role="dialog"]') === null) before = target;
    else timer ??= setInterval(look, lookMs);
  });
}

function look(): void {
  if (document.querySelector('[role="dialog"]') !== null) return;
  clearInterval(timer);
  timer = undefined;
  if (document.activeElement === document.body && before?.isConnected === true) before.focus();
}
