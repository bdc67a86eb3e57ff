/** Whether somebody is at this page. What it reads by itself while nobody is does not keep the session open: an empty desk is signed out. */
const awayMs = 2 * 60_000;
let lastMs = performance.now();

for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  addEventListener(
    name,
    () => {
      lastMs = performance.now();
    },
    { passive: true, capture: true },
  );

/** Beside every GET. */
export function attendedHeader(): Record<string, string> {
  return performance.now() - lastMs > awayMs ? { 'x-edict-unattended': '1' } : {};
}
