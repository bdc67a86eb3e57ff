/** The published meaning of step kinds: cases as data, in virtual time. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { runPlaybookTests } from '../../domain/playbook/playbook-test.ts';

type Case = { readonly name: string; readonly steps: string; readonly outputs?: object; readonly [key: string]: unknown };
const casesOf = (name: string) => parse(readFileSync(new URL(`../cases/playbook/${name}.yaml`, import.meta.url), 'utf8')) as Case[];
const cases = [...casesOf('semantics'), ...casesOf('kinds'), ...casesOf('approvals'), ...casesOf('control')];
const inputs = 'inputs: { list: { type: list, default: [] }, n: { type: int, default: 0 } }';

describe('what a step means', () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { steps, outputs = {}, ...test }) => {
    const text = `playbook: p\nversion: 1.0.0\ntitle: t\n${inputs}\noutputs: ${JSON.stringify(outputs)}\nsteps:\n${steps}`;
    const results = runPlaybookTests(compilePlaybook(text, 'p.yaml').plan, stringify([test]));
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
