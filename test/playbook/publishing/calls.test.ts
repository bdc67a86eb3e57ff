/** What the compiler knows of the playbooks that a playbook calls or follows, and of their versions. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { catalogueOf, wayBack } from '../../../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook } from '../../../domain/playbook/compile.ts';
import { planDifferences } from '../../../domain/playbook/publishing/difference.ts';
import { lintPlaybook } from '../../../domain/playbook/quality/lint.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { compareVersions, fitsRange, newestOf, nextVersion } from '../../../domain/playbook/publishing/version.ts';

const block = (version: string, output = 'points: cut.points'): Plan =>
  compilePlaybook(
    `playbook: block-indicator
version: ${version}
title: t
inputs:
  indicator: { type: indicator }
  minutes: { type: int, default: 10, max: 60 }
  note: { type: string, optional: true }
steps:
  - { id: look, action: intel.lookup, with: { indicator: '\${inputs.indicator}' } }
  - { id: known, if: 'look.verdict == "benign"', then: [{ id: leave, end: nothing-to-do }] }
  - { id: cut, action: network.isolate, with: { asset: '\${inputs.indicator.value}' }, undo: network.release }
outputs: { ${output}, verdict: look.verdict }
`,
    'block.yaml',
  ).plan;

const playbooks = catalogueOf([block('1.0.0'), block('1.2.0'), block('2.0.0', 'count: size(cut.points)')]);

function faults(steps: string, head = ''): readonly (readonly [number, string, string | undefined])[] {
  const text = `playbook: p\nversion: 1.0.0\ntitle: t\n${head}steps:\n${steps}`;
  return lintPlaybook(text, 'p.yaml', { playbooks })
    .filter(({ message }) => !message.startsWith('nothing starts'))
    .map(({ line, message, suggestion }) => [line, message, suggestion]);
}

describe('a playbook that calls another', () => {
  it('may be all right', () => {
    const step = `  - { id: one, playbook: { name: block-indicator, version: 1.x, with: { indicator: 203.0.113.9, minutes: 5 }, accept: [done, nothing-to-do] } }\n`;
    expect(
      faults(`${step}  - { id: two, if: 'one.verdict == "malicious" && size(one.points) > 0 && one.outcome != "x"', end: done }\n`),
    ).toEqual([]);
  });

  it.each([
    ['{ name: block-indicatr }', 'unknown playbook `block-indicatr` in step `one`', 'did you mean `block-indicator`?'],
    [
      '{ name: block-indicator, version: 3.x, with: { indicator: a } }',
      'no version of playbook `block-indicator` fits `3.x` in step `one`',
      'there is 1.0.0, 1.2.0, 2.0.0',
    ],
    ['{ name: block-indicator }', 'step `one` lacks input `indicator` of playbook `block-indicator`', undefined],
    [
      '{ name: block-indicator, with: { indicator: a, minuts: 5 } }',
      'playbook `block-indicator` takes no `minuts` in step `one`',
      'did you mean `minutes`?',
    ],
    ['{ name: block-indicator, with: { indicator: a, minutes: soon } }', '`minutes` of step `one` is not of type int', undefined],
    ['{ name: block-indicator, with: { indicator: a, minutes: 90 } }', 'input `minutes` is out of its limits in step `one`', '… to 60'],
    [
      "{ name: block-indicator, with: { indicator: a, minutes: '${run.id}' } }",
      '`run.id` is of type string in step `one`',
      'int is needed',
    ],
    [
      '{ name: block-indicator, with: { indicator: a }, accept: [dome] }',
      'playbook `block-indicator` never ends as `dome` in step `one`',
      'did you mean `done`?',
    ],
    ['{ name: p }', 'playbook `p` calls itself in step `one`', undefined],
  ])('%s: %s', (call, message, suggestion) => {
    expect(faults(`  - { id: one, playbook: ${call} }\n`)).toContainEqual([5, message, suggestion]);
  });

  it('reads of it what it gives, by its type, and nothing else', () => {
    const one = `  - { id: one, playbook: { name: block-indicator, with: { indicator: a } } }\n`;
    expect(faults(`${one}  - { id: two, set: { a: one.points } }\n`)[0]?.[1]).toMatch(/`one.points`.*no such key: points/u);
    expect(faults(`${one}  - { id: two, if: one.count, end: done }\n`)).toEqual([
      [6, '`one.count` is of type int in step `two`', 'bool is needed'],
    ]);
  });

  it('says why what the called one did is to stay', () => {
    const one = (more: string): string => `  - { id: one, playbook: { name: block-indicator, with: { indicator: a } }${more} }\n`;
    expect(faults(one(', undo: none'))).toEqual([[5, 'step `one` leaves what its run did, and does not say why', 'add a `reason`']]);
    expect(faults(one(', undo: none, reason: it is wanted'))).toEqual([]);
    expect(faults(one(', undo: network.release'))[0]?.[1]).toBe('what a playbook did is taken back as it was done, in step `one`');
    expect(faults(one(', undo: child').replace('with:', 'wait: false, with:'))[0]?.[1]).toMatch(/waits for nothing/u);
  });

  it('has what it calls checked where the others are at hand, and is warned where not', () => {
    const text = 'playbook: p\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: one, playbook: { name: anything } }\n';
    expect(compilePlaybook(text, 'p.yaml').warnings).toContain(
      'step `one` calls playbook `anything`, which is not at hand: what it takes and gives is not checked',
    );
  });

  it('means the same whether the others are at hand or not', () => {
    const text =
      'playbook: p\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: one, playbook: { name: block-indicator, with: { indicator: a } } }\n';
    expect(compilePlaybook(text, 'p.yaml', { playbooks }).plan).toEqual(compilePlaybook(text, 'p.yaml').plan);
  });

  it('is refused where it would come back to itself, over however many', () => {
    const plain = (name: string, calls: string): Plan =>
      compilePlaybook(`playbook: ${name}\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: a, playbook: { name: ${calls} } }\n`, 'p.yaml').plan;
    const round = catalogueOf([plain('b', 'c'), plain('c', 'd'), plain('d', 'a'), plain('x', 'y'), plain('y', 'x')]);
    expect(wayBack(round, 'a', { playbook: 'b' })).toEqual(['b', 'c', 'd', 'a']);
    expect(wayBack(round, 'a', { playbook: 'x' })).toBeUndefined();
    const text = 'playbook: a\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: one, playbook: { name: b } }\n';
    expect(() => compilePlaybook(text, 'a.yaml', { playbooks: round })).toThrow(
      'step `one` (a.yaml:5) would come back to `a`: b → c → d → a',
    );
  });
});

describe('what starts a playbook', () => {
  const head = (trigger: string): string =>
    `inputs: { host: { type: asset }, minutes: { type: int, default: 1 } }\ntriggers: [${trigger}]\n`;
  const step = '  - { id: a, action: control.noop }\n';

  it.each([
    ['{ schedule: { every: 1h, inputs: { host: ws-17 } } }'],
    ['{ schedule: { cron: "0 3 * * 1", timezone: Europe/Berlin, inputs: { host: ws-17 } } }'],
    ["{ playbook: { name: block-indicator, inputs: { host: '${trigger.inputs.indicator.value}', minutes: '${trigger.outputs.count}' } } }"],
    ['{ playbook: { name: block-indicator, outcome: [failed, nothing-to-do], inputs: { host: ws-17 } } }'],
  ])('may be %s', (trigger) => {
    expect(faults(step, head(trigger))).toEqual([]);
  });

  it.each([
    ['{ schedule: { inputs: { host: a } } }', '`schedule`: must have either `every` or `cron`'],
    ['{ schedule: { every: 1s, inputs: { host: a } } }', 'a schedule of every 1s is too often'],
    ['{ schedule: { cron: "0 25 * * *", inputs: { host: a } } }', '`0 25 * * *` is not a cron expression'],
    ['{ schedule: { cron: "0 2 * * *", timezone: Mars, inputs: { host: a } } }', '`Mars` is not a time zone'],
    ['{ schedule: { every: 1h } }', 'a trigger gives no `host`, which the playbook needs'],
    ['{ schedule: { every: 1h, inputs: { host: a, minuts: 2 } } }', 'the playbook takes no `minuts`'],
    ["{ schedule: { every: 1h, inputs: { host: '${signal.source}' } } }", /`signal.source`/u],
    ['{ playbook: { name: p, inputs: { host: a } } }', 'playbook `p` would start itself for ever'],
    ['{ playbook: { name: blok-indicator, inputs: { host: a } } }', 'unknown playbook `blok-indicator` in a trigger'],
    ['{ playbook: { name: block-indicator, outcome: denied, inputs: { host: a } } }', 'playbook `block-indicator` never ends as `denied`'],
    ["{ playbook: { name: block-indicator, inputs: { host: '${trigger.outputs.points}' } } }", /no such key: points/u],
  ])('may not be %s', (trigger, message) => {
    expect(faults(step, head(trigger)).map(([, text]) => text)).toContainEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });
});

describe('versions', () => {
  it.each([
    ['1.2.3', undefined, true],
    ['1.2.3', '1.x', true],
    ['1.2.3', '1.2.x', true],
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '2.x', false],
    ['1.2.3', '1.3.x', false],
    ['10.0.0', '1.x', false],
  ])('%s fits %s: %s', (version, range, fits) => {
    expect(fitsRange(version, range)).toBe(fits);
  });

  it('are ordered by their numbers, not by their letters', () => {
    const versions = ['1.9.0', '1.10.0', '0.99.99'].map((version) => ({ version }));
    expect(newestOf(versions)).toEqual({ version: '1.10.0' });
    expect(newestOf(versions, '0.x')).toEqual({ version: '0.99.99' });
    expect(newestOf(versions, '7.x')).toBeUndefined();
  });

  it('the next one is newer, and nothing lies between', () => {
    const number = fc.integer({ min: 0, max: 999_998 });
    fc.assert(
      fc.property(number, number, number, (major, minor, patch) => {
        const version = `${major}.${minor}.${patch}`;
        expect(compareVersions(nextVersion(version), version)).toBe(1);
        expect(compareVersions(version, version)).toBe(0);
      }),
    );
  });

  it('differ in what people wrote', () => {
    const [before, after] = [block('1.0.0'), block('2.0.0', 'count: size(cut.points)')];
    expect(planDifferences(before, before)).toEqual([]);
    expect(planDifferences(before, after)).toEqual([
      { change: 'added', what: 'output count' },
      { change: 'removed', what: 'output points' },
    ]);
  });
});
