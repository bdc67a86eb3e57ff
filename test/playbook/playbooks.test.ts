/** Every playbook of the folder compiles, and the tests beside it hold. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { runPlaybookTests } from '../../domain/playbook/playbook-test.ts';

const folder = new URL('../../playbooks/', import.meta.url);
const playbooks = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

describe.each(playbooks)('playbooks/%s', (name) => {
  it('compiles', () => {
    expect(compilePlaybook(read(name), `playbooks/${name}`).plan.playbook).toBe(name.replace('.yaml', ''));
  });

  it('has tests beside it, and they hold', () => {
    const { plan } = compilePlaybook(read(name), `playbooks/${name}`);
    const results = runPlaybookTests(plan, read(name.replace('.yaml', '.test.yaml')));
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed).map((result) => ({ name: result.name, problems: result.problems }))).toEqual([]);
  });
});
