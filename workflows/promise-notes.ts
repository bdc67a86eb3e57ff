/**
 * Temporal's sandbox notes of every promise where it was made, for a query that lists where a workflow waits: most of what a workflow costs
 * a worker. Two things make the notes cheaper, and leave them as they are. Both are set while the bundle is loaded: afterwards the sandbox
 * is frozen.
 */

// The frames cost most: four instead of ten still say where a fault was thrown.
(Error as { stackTraceLimit?: number }).stackTraceLimit = 4;

/**
 * The worker reaches into the sandbox through a promise, by `promise.constructor.constructor('return globalThis.…')()` (`getActivator` of
 * @temporalio/worker, lib/workflow/vm-shared.js): three functions are compiled for each promise. These are made once; others still are.
 */
const reached: { readonly [body: string]: () => unknown } = {
  'return globalThis.__TEMPORAL_ACTIVATOR__': () => (globalThis as { __TEMPORAL_ACTIVATOR__?: unknown }).__TEMPORAL_ACTIVATOR__,
  'return globalThis.Error': () => globalThis.Error,
};
const compile = Promise.constructor as (...source: readonly string[]) => unknown;

Object.defineProperty(Promise, 'constructor', {
  value: (...source: readonly string[]): unknown => reached[source.at(-1) ?? ''] ?? compile(...source),
});
