import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { describeWith, engineBinary } from '../../stack/fixture.ts';

const file = (name: string) => fileURLToPath(new URL(`../../../activities/effect/${name}`, import.meta.url));

describeWith(['opa'], 'the Rego of the guard', () => {
  it('passes its own tests', () => {
    const out = execFileSync(engineBinary('opa'), ['test', '--format=json', file('guard.rego'), file('guard_test.rego')], {
      encoding: 'utf8',
    });
    const results = JSON.parse(out) as readonly { name: string; fail?: boolean; error?: unknown }[];
    expect(results.length).toBeGreaterThan(25);
    expect(results.filter(({ fail, error }) => fail || error)).toEqual([]);
  });

  it('is strict and formatted', () => {
    execFileSync(engineBinary('opa'), ['check', '--strict', file('guard.rego')]);
    expect(execFileSync(engineBinary('opa'), ['fmt', '--list', file('guard.rego'), file('guard_test.rego')], { encoding: 'utf8' })).toBe(
      '',
    );
  });
});
