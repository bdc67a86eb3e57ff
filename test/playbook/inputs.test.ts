import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { EdictError } from '../../domain/errors.ts';
import type { Signal } from '../../domain/incident/signal.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseDuration, printDuration } from '../../domain/playbook/duration.ts';
import { manualRoles, resolveInputs, triggeredBy } from '../../domain/playbook/inputs.ts';
import type { PlanInput } from '../../domain/playbook/plan.ts';
import { suggest } from '../../domain/playbook/suggest.ts';

const signal: Signal = {
  id: 's',
  kind: 'beacon',
  severity: 'high',
  at: '2026-01-01T00:00:00Z',
  title: 't',
  source: 'ws-17',
  key: 'k',
  attributes: { port: 443 },
};
const resolve = (inputs: { [name: string]: PlanInput }, given: JsonObject, from?: Signal): JsonObject =>
  resolveInputs({ playbook: 'p', inputs }, given, from);
const message = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return (error as EdictError).message;
  }
};

describe('inputs of a run', () => {
  const host: PlanInput = { type: 'asset', from: 'signal.source', default: { name: 'nobody' } };

  it('are what was given, else what the signal has, else the default', () => {
    expect(resolve({ host }, { host: 'ws-1' }, signal)).toEqual({ host: { name: 'ws-1' } });
    expect(resolve({ host }, {}, signal)).toEqual({ host: { name: 'ws-17' } });
    expect(resolve({ host }, {})).toEqual({ host: { name: 'nobody' } });
    expect(resolve({ port: { type: 'int', from: 'signal.attributes.port' } }, {}, signal)).toEqual({ port: 443 });
    expect(resolve({ note: { type: 'string', optional: true } }, {})).toEqual({});
  });

  it('are refused when unknown, missing, of another type, or out of their limits', () => {
    expect(message(() => resolve({ host }, { hosts: 'x' }))).toBe('unknown input `hosts` of playbook `p`: did you mean `host`?');
    expect(message(() => resolve({ n: { type: 'int' } }, {}))).toBe('input `n` of playbook `p` is missing');
    expect(message(() => resolve({ n: { type: 'int' } }, { n: 1.5 }))).toBe('input `n` is not of type int');
    expect(message(() => resolve({ n: { type: 'int', max: 3 } }, { n: 4 }))).toBe('input `n` is out of its limits');
    expect(message(() => resolve({ d: { type: 'duration', max: 1000 } }, { d: '2s' }))).toBe('input `d` is out of its limits');
    expect(message(() => resolve({ d: { type: 'duration' } }, { d: 'soon' }))).toBe('`soon` is not a duration');
    expect(message(() => resolve({ host }, { host: { title: 'x' } }))).toBe('input `host` is not of type asset');
    expect(message(() => resolve({ constructor: { type: 'any' } as PlanInput }, {}))).toBe(
      'input `constructor` of playbook `p` is missing',
    );
  });

  it('never hold what the playbook does not declare, whatever is given', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('host', 'n', '__proto__', 'constructor', 'x'), fc.jsonValue()), (given) => {
        const inputs = { host, n: { type: 'int', default: 1 } } as const;
        let result: JsonObject = {};
        try {
          result = resolve(inputs, given as { [key: string]: Json });
        } catch (error) {
          expect((error as EdictError).code).toBe('input-invalid');
        }
        expect(Object.keys(result).every((name) => name === 'host' || name === 'n')).toBe(true);
      }),
    );
  });
});

describe('triggers', () => {
  const plan = {
    triggers: [
      { kind: 'manual', roles: ['analyst'] },
      { kind: 'signal', when: 'signal.kind == "beacon" && signal.attributes.port > 400' },
    ],
  } as const;

  it('match the signals that they describe, and none that they cannot be asked of', () => {
    expect(triggeredBy(plan, signal)).toBe(true);
    expect(triggeredBy(plan, { ...signal, kind: 'drift' })).toBe(false);
    expect(triggeredBy(plan, { ...signal, attributes: {} })).toBe(false);
    expect(triggeredBy(plan, { ...signal, attributes: { port: 'x' } })).toBe(false);
    expect(triggeredBy({ triggers: [] }, signal)).toBe(false);
  });

  it('name who may start it by hand', () => {
    expect(manualRoles(plan)).toEqual(['analyst']);
    expect(manualRoles({ triggers: [] })).toEqual([]);
  });
});

describe('durations', () => {
  it('are read back as they are printed', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 3_000_000_000 }), (ms) => expect(parseDuration(printDuration(ms))).toBe(ms)));
    expect(printDuration(5_400_000)).toBe('1h30m');
  });

  it.each(['', '5', 's', '-5s', '1.5h', '5 s', '5S', '1h1', '99999d', '999999999999w'])('%p is none', (text) => {
    expect(message(() => parseDuration(text))).toBe(`\`${text}\` is not a duration`);
  });
});

describe('suggestions', () => {
  it('are near or not made', () => {
    expect(suggest('netwrk.isolate', ['network.isolate', 'network.release'])).toBe('network.isolate');
    expect(suggest('switch', ['with', 'if'])).toBeUndefined();
  });
});
