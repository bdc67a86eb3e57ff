/** The library as a SOC keeps it: every playbook whole, explained, tested on every road, and as its page says. */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { actions, type ActionSpec } from '../../domain/playbook/actions.ts';
import { catalogueOf } from '../../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook } from '../../domain/playbook/compile.ts';
import { coverageOf } from '../../domain/playbook/quality/coverage.ts';
import { triggeredBy } from '../../domain/playbook/inputs.ts';
import { lintPlaybook } from '../../domain/playbook/quality/lint.ts';
import type { Plan } from '../../domain/playbook/plan.ts';
import { runPlaybookTests } from '../../domain/playbook/playbook-test.ts';
import { attackNames, defenceNames } from '../../scripts/technique-names.ts';
import { libraryPage } from '../../scripts/library-page.ts';

const folder = new URL('../../playbooks/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
  .toSorted()
  .map((name) => ({ name, text: read(name) }));
const plans = new Map(files.map(({ name, text }) => [name, compilePlaybook(text, name).plan]));
const playbooks = catalogueOf([...plans.values()]);
const planOf = (name: string): Plan => plans.get(name)!;
const tagsOf = (plan: Plan, kind: string): readonly string[] => (plan.tags[kind] ?? []) as readonly string[];
const responses = files.map(({ name }) => name).filter((name) => tagsOf(planOf(name), 'attack').length > 0);

/** What nobody misses, and nothing has to be given back of. */
const harmless = ['endpoint.scan'];

const wanted = [
  'contain-host',
  'block-indicator',
  'disable-user',
  'phishing-triage',
  'leaked-cloud-key',
  'impossible-travel',
  'endpoint-malware',
  'exposed-bucket',
  'suspicious-oauth-grant',
  'ransomware-pre-encryption',
];

describe('the library', () => {
  it('has the responses that a SOC needs, and the stages of the loop', () => {
    expect(responses.map((name) => name.replace('.yaml', ''))).toEqual(expect.arrayContaining(wanted));
    expect(files.length).toBeGreaterThanOrEqual(18);
  });

  it('is as docs/library.md says: `node scripts/library.ts` writes it', () => {
    expect(readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8')).toBe(libraryPage(files));
  });

  it.each(files)('$name has no fault, calls what is there as it wants to be called, and says what it is for', ({ name, text }) => {
    const errors = lintPlaybook(text, name, { playbooks }).filter(({ severity }) => severity === 'error');
    const strangers = lintPlaybook(text, name, { playbooks }).filter(({ message }) => message.includes('not at hand'));
    expect([errors, strangers]).toEqual([[], []]);
    expect(text).toMatch(/^# \S.*/u);
    expect(planOf(name).owner).toMatch(/\S/u);
  });

  it.each(files)('$name is tested on every road', ({ name }) => {
    const results = runPlaybookTests(planOf(name), read(name.replace('.yaml', '.test.yaml')));
    const coverage = coverageOf(
      planOf(name),
      results.flatMap(({ run }) => (run === undefined ? [] : [run.view])),
    );
    expect({ steps: coverage.steps.missing, branches: coverage.branches.missing }).toEqual({ steps: [], branches: [] });
    expect(coverage.percent).toBe(100);
  });
});

describe.each(responses)('the response %s', (name) => {
  const plan = planOf(name);
  const steps = Object.values(plan.steps);
  const effects = steps.filter((step) => step.kind === 'action' && (actions[step.action] as ActionSpec).does === 'effect');

  it('names techniques that there are, of attack and of defence', () => {
    expect(tagsOf(plan, 'attack').filter((id) => attackNames[id] === undefined)).toEqual([]);
    expect(tagsOf(plan, 'd3fend').length).toBeGreaterThan(0);
    expect(tagsOf(plan, 'd3fend').filter((id) => defenceNames[id] === undefined)).toEqual([]);
    expect(plan.description).toMatch(/\S/u);
  });

  it('is started by a person and by a signal, and by no other signal', () => {
    expect(plan.triggers.map(({ kind }) => kind).toSorted()).toEqual(['manual', 'signal']);
    const other = {
      id: 's',
      kind: 'nothing-of-the-kind',
      severity: 'critical',
      at: '2026-11-25T12:00:00Z',
      title: 't',
      key: 'k',
      attributes: {},
    } as const;
    expect(triggeredBy(plan, other)).toBe(false);
  });

  it('takes back everything that it changes, or says why not', () => {
    for (const step of effects)
      expect(step).toEqual(
        expect.objectContaining({ [(step as { undo?: string }).undo === undefined ? 'reason' : 'undo']: expect.any(String) }),
      );
  });

  it('does nothing without an approval for longer than half an hour, but against what is known to be bad', () => {
    const free = effects
      .filter((step) => step.kind === 'action' && step.approval === undefined && !harmless.includes(step.action))
      .map((step) => [step.id, step.kind === 'action' ? step.lease : undefined]);
    const known = name === 'block-indicator.yaml' ? [['block', expect.anything()]] : [];
    const short = ['20m', '30m'].map((value) => ({ is: 'value', value }));
    for (const [id, lease] of free) expect([...short.map((one) => [id, one]), ...known]).toContainEqual([id, lease]);
  });

  it('tries again what may succeed later, and waits for nothing without an end', () => {
    for (const step of steps)
      if (step.kind === 'action' && step.action !== 'incident.note')
        expect([step.id, step.timeoutMs]).toEqual([step.id, expect.any(Number)]);
    for (const step of effects) expect([step.id, (step as { retry?: object }).retry]).toEqual([step.id, expect.any(Object)]);
  });

  it('is read in a minute', () => {
    const { text } = files.find((file) => file.name === name)!;
    expect(text.split('\n').length).toBeLessThan(160);
    const said = Object.keys(parse(text) as object);
    expect(said).toEqual(
      expect.arrayContaining([
        'playbook',
        'version',
        'title',
        'description',
        'owner',
        'attack',
        'd3fend',
        'triggers',
        'inputs',
        'steps',
        'outputs',
      ]),
    );
  });
});
