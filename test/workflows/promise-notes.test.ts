import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { workflowTypes } from '../../workflows/messages.ts';

const source = readFileSync(new URL('../../workflows/promise-notes.ts', import.meta.url), 'utf8').replace(
  /^import \{ workflowTypes \}.*$/m,
  `const workflowTypes = ${JSON.stringify(workflowTypes)};`,
);
const activator = 'return globalThis.__TEMPORAL_ACTIVATOR__';

/** A sandbox with the module in it, and the worker's way into it. */
function sandbox() {
  const context = createContext({});
  runInContext(stripTypeScriptTypes(source), context);
  const promise = runInContext('Promise.resolve()', context) as object;
  const reach = promise.constructor.constructor as (body: string) => () => unknown;
  return { reach, run: (code: string): unknown => runInContext(code, context) };
}

describe('notes of promises', () => {
  it('reach what is in the sandbox now, and compile nothing for it', () => {
    const { reach, run } = sandbox();
    expect(reach(activator)()).toBeUndefined();
    run('globalThis.__TEMPORAL_ACTIVATOR__ = { of: 1 }');
    expect(reach(activator)()).toEqual({ of: 1 });
    run('globalThis.__TEMPORAL_ACTIVATOR__ = { of: 2 }');
    expect(reach(activator)()).toEqual({ of: 2 });
    expect(reach(activator)).toBe(reach(activator));
    expect(reach('return globalThis.Error')()).toBe(run('Error'));
  });

  it('are taken from an error without a stack in a run, and from a real one in every other workflow', () => {
    const { reach, run } = sandbox();
    const note = (): string | undefined => new (reach('return globalThis.Error')() as typeof Error)().stack;
    run(`globalThis.__TEMPORAL_ACTIVATOR__ = { info: { workflowType: '${workflowTypes.incidentResponse}' } }`);
    expect(note()).toContain('at note');
    run(`globalThis.__TEMPORAL_ACTIVATOR__ = { info: { workflowType: '${workflowTypes.playbookRun}' } }`);
    expect(note()).toBeUndefined();
  });

  it('leave every other way in as it was', () => {
    const { reach } = sandbox();
    expect(reach('return 1 + 1')()).toBe(2);
    expect((reach as unknown as (...source: string[]) => (a: number, b: number) => number)('a', 'b', 'return a + b')(1, 2)).toBe(3);
  });

  it('know what this release of the worker asks for', () => {
    const require = createRequire(import.meta.url);
    const worker = readFileSync(new URL('workflow/vm-shared.js', `file://${require.resolve('@temporalio/worker')}`), 'utf8');
    for (const body of [activator, 'return globalThis.Error']) expect(worker).toContain(`('${body}')()`);
  });
});
