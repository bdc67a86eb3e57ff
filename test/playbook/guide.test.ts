/** docs/writing-playbooks.md works as it stands: its playbook compiles without a warning, its tests hold and cover it. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { certify } from '../../domain/playbook/quality/certify.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { coverageOf } from '../../domain/playbook/quality/coverage.ts';
import { lintPlaybook } from '../../domain/playbook/quality/lint.ts';
import { readPlaybookTests, runPlaybookTests, simulationOf } from '../../domain/playbook/playbook-test.ts';

const guide = readFileSync(new URL('../../docs/writing-playbooks.md', import.meta.url), 'utf8');

/** The block of the guide that begins with the file's name. */
function block(file: string): string {
  const found = [...guide.matchAll(/```yaml\n(# [^\n]+\n(?:.|\n)*?)```/gu)].map(([, text]) => text ?? '');
  const text = found.filter((each) => each.startsWith(`# ${file}\n`));
  if (text.length === 0) throw new Error(`the guide has no ${file}`);
  return text.map((each) => each.slice(each.indexOf('\n') + 1)).join('\n');
}

describe('the guide to writing playbooks', () => {
  const { plan } = compilePlaybook(block('quarantine.yaml'), 'quarantine.yaml');

  it('has a playbook of which lint has nothing to say', () => {
    expect(lintPlaybook(block('quarantine.yaml'), 'quarantine.yaml')).toEqual([]);
  });

  it('has tests that hold and cover it', () => {
    const results = runPlaybookTests(plan, block('quarantine.test.yaml'), 'quarantine.test.yaml');
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(
      coverageOf(
        plan,
        results.flatMap(({ run }) => (run ? [run.view] : [])),
      ),
    ).toMatchObject({ percent: 100 });
  });

  it('has a playbook that is crash-safe', () => {
    const cases = readPlaybookTests(block('quarantine.test.yaml'), 'quarantine.test.yaml');
    const found = certify(
      plan,
      cases.map((test) => ({ name: test.name, simulation: simulationOf(plan, test) })),
    );
    expect(found).toMatchObject({ certificate: { cases: cases.length } });
  });

  it('has a playbook with a task for a person, with tests that hold and cover it, and that is crash-safe too', () => {
    const asked = compilePlaybook(block('ask-owner.yaml'), 'ask-owner.yaml');
    const tests = block('ask-owner.test.yaml');
    const results = runPlaybookTests(asked.plan, tests, 'ask-owner.test.yaml');
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    const runs = results.flatMap(({ run }) => (run ? [run.view] : []));
    expect(coverageOf(asked.plan, runs)).toMatchObject({ percent: 100, branches: { missing: [] } });
    const cases = readPlaybookTests(tests, 'ask-owner.test.yaml');
    const found = certify(
      asked.plan,
      cases.map((test) => ({ name: test.name, simulation: simulationOf(asked.plan, test) })),
    );
    expect(found).toMatchObject({ certificate: { cases: 3 } });
  });

  it('shows its first two tests before the rest, which alone do not cover it', () => {
    const [, first = ''] = /```yaml\n# quarantine\.test\.yaml\n((?:.|\n)*?)```/u.exec(guide) ?? [];
    const runs = runPlaybookTests(plan, first, 'quarantine.test.yaml').flatMap(({ run }) => (run ? [run.view] : []));
    const { percent, branches } = coverageOf(plan, runs);
    for (const { step, branch } of branches.missing) expect(guide).toContain(`not covered  quarantine: \`${step}\` ${branch}`);
    expect(guide).toContain(`${percent} %`);
  });
});
