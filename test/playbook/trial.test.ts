import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { tryOut } from '../../domain/playbook/trial.ts';
import { EdictError } from '../../domain/errors.ts';
import { runs } from '../law.ts';

const source = readFileSync(new URL('../../playbooks/contain-host.yaml', import.meta.url), 'utf8');
const { plan } = compilePlaybook(source, 'contain-host.yaml');
const inputs = { host: 'ws-17', indicator: '203.0.113.9' };
const malicious = 'intel.lookup: { verdict: malicious, indicators: [] }';

describe('a trial', () => {
  it('assumes what nobody said and names what of it was used', () => {
    expect(tryOut(plan, { inputs }).assumed.toSorted()).toEqual(['context.blast-radius', 'intel.lookup']);
    expect(tryOut(plan, { inputs, fakes: malicious }).assumed).toEqual(['context.blast-radius']);
  });

  it('waits for people who say nothing, and does nothing then', () => {
    const { run } = tryOut(plan, { inputs, fakes: malicious });
    expect(run).toMatchObject({ effects: [], view: { outcome: 'expired' } });
  });

  it('starts the same on text of JSON and of YAML', () => {
    const json = tryOut(plan, { inputs: {}, signal: '{"kind":"beacon","source":"ws-17","destination":"203.0.113.9"}' });
    const yaml = tryOut(plan, { inputs: {}, signal: 'kind: beacon\nsource: ws-17\ndestination: 203.0.113.9\n' });
    expect(json.triggered).toBe(true);
    expect(json).toEqual(yaml);
  });

  it('ends or is refused with a reason, whatever is given', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('5m', '-1s', 'ask', 'isolate', 'max', 'simulation', 'manager', 'not-found', 'timeout'),
    );
    const record = fc.dictionary(
      fc.constantFrom('$fail', '$takes', '$message', 'verdict', 'critical', '__proto__', 'kind', 'source'),
      value,
    );
    const action = fc.constantFrom(
      'intel.lookup',
      'context.blast-radius',
      'network.isolate',
      'network.probe',
      'network.release',
      'nothing',
    );
    const person = fc.record(
      { at: fc.constantFrom('1m', '0s', '40m', 'x'), who: value, approve: value, deny: value, roles: value },
      { requiredKeys: ['at', 'who'] },
    );
    fc.assert(
      fc.property(
        fc.dictionary(action, fc.oneof(record, fc.array(record))),
        fc.array(person, { maxLength: 3 }),
        fc.option(record, { nil: undefined }),
        fc.dictionary(fc.constantFrom('host', 'indicator', 'lease', 'expires', 'other'), value),
        (fakes, people, signal, given) => {
          const text = (each: unknown): string | undefined => (each === undefined ? undefined : JSON.stringify(each));
          try {
            const trial = { inputs: { ...inputs, ...given }, fakes: text(fakes), people: text(people), signal: text(signal) };
            expect(tryOut(plan, trial).run.view.status).toBe('ended');
          } catch (error) {
            if (!(error instanceof EdictError)) throw error;
            expect(error.code).not.toBe('defect');
          }
        },
      ),
      runs(150),
    );
  });
});
