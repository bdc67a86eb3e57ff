/**
 * Temporal's sandbox notes of every promise where it was made, for a query that lists where a workflow waits: most of what a workflow costs
 * a worker. A run of a playbook has no such notes: where it stands, its own query `state` says, step by step. Those of other workflows are
 * made cheaper, and left as they are. All is set while the bundle is loaded: afterwards the sandbox is frozen.
 */
import { workflowTypes } from './messages.ts';

// The frames cost most: four instead of ten still say where a fault was thrown.
(Error as { stackTraceLimit?: number }).stackTraceLimit = 4;

type Sandbox = { readonly __TEMPORAL_ACTIVATOR__?: { readonly info?: { readonly workflowType?: string } } };
const activator = (): Sandbox['__TEMPORAL_ACTIVATOR__'] => (globalThis as Sandbox).__TEMPORAL_ACTIVATOR__;

/** What the worker takes a note from: of no stack it makes none. */
class NoStack {
  readonly stack = undefined;
}

/**
 * The worker reaches into the sandbox through a promise, by `promise.constructor.constructor('return globalThis.…')()` (`getActivator` and
 * the promise hook of @temporalio/worker, lib/workflow/vm-shared.js): three functions are compiled for each promise. These are made once;
 * others still are.
 */
const reached: { readonly [body: string]: () => unknown } = {
  'return globalThis.__TEMPORAL_ACTIVATOR__': activator,
  'return globalThis.Error': () => (activator()?.info?.workflowType === workflowTypes.playbookRun ? NoStack : globalThis.Error),
};
const compile = Promise.constructor as (...source: readonly string[]) => unknown;

Object.defineProperty(Promise, 'constructor', {
  value: (...source: readonly string[]): unknown => reached[source.at(-1) ?? ''] ?? compile(...source),
});
