/** The tools for writing playbooks, as they are typed, on files of the test's own. None of them needs a server. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typed } from './in-process.ts';

const shipped = join(import.meta.dirname, '..', '..', 'playbooks');
const contain = join(shipped, 'contain-host.yaml');

const playbook = `playbook: note
version: 1.0.0
title: Note a finding
triggers: [{ manual: { roles: [analyst] } }]
inputs:
  indicator: { type: indicator }
steps:
  - { id: look, action: intel.lookup, with: { indicator: '\${inputs.indicator}' }, on_failure: continue }
  - id: bad
    if: look.ok && look.verdict == "malicious"
    then:
      - { id: note, action: incident.note, with: { text: 'bad' } }
`;
const tests = `- name: a bad one is noted
  manual: { by: ann, inputs: { indicator: 203.0.113.9 } }
  fakes: { intel.lookup: { verdict: malicious, indicators: [] } }
  expect: { path: [look, bad, note], outcome: done }
`;
const wrong = `- name: nothing is noted
  manual: { by: ann, inputs: { indicator: 203.0.113.9 } }
  fakes: { intel.lookup: { verdict: malicious, indicators: [] } }
  expect: { path: [look, bad], outcome: done }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edict-playbooks-'));
  for (const [name, text] of Object.entries({
    'good/note.yaml': playbook,
    'good/note.test.yaml': tests,
    'wrong/note.yaml': playbook,
    'wrong/note.test.yaml': wrong,
    'untested/note.yaml': playbook,
    'unreadable/note.yaml': playbook,
    'unreadable/note.test.yaml': '- name: x\n  expcet: {}\n',
    'faulty/note.yaml': playbook.replace('intel.lookup', 'intel.lokup'),
    'people.yaml': '[{ at: 5m, who: max, approve: ask }]\n',
    'fakes.yaml': 'intel.lookup: { verdict: malicious, indicators: [] }\nnetwork.probe: { decision: denied, probes: [] }\n',
    'signal.json': '{"kind":"beacon","severity":"high","source":"ws-17","destination":"203.0.113.9"}',
  })) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { edict, json, refusal } = typed('playbook');

describe('edict playbook lint', () => {
  it('passes what is shipped', async () => {
    const { code, stdout } = await edict('lint', shipped);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(' 0 errors') });
  });

  it('names the place of a fault and ends with 2', async () => {
    const { code, stdout } = await edict('lint', join(folder, 'good'), join(folder, 'faulty'));
    expect(code).toBe(2);
    expect(stdout).toContain(`${join(folder, 'faulty', 'note.yaml')}:8:25  error  unknown action \`intel.lokup\` in step \`look\``);
    expect(stdout).toContain('did you mean `intel.lookup`?');
    expect(stdout).toContain('2 playbooks, 2 errors, 0 warnings');
  });

  it('gives editors the same as JSON', async () => {
    expect(await json('lint', join(folder, 'faulty', 'note.yaml'))).toMatchObject({
      files: 1,
      findings: [{ severity: 'error', line: 8, column: 25, suggestion: 'did you mean `intel.lookup`?' }, { line: 10 }],
    });
  });

  it('checks the rest of a folder when a file cannot be read', async () => {
    mkdirSync(join(folder, 'binary'), { recursive: true });
    writeFileSync(join(folder, 'binary', 'a.yaml'), Uint8Array.of(0xff, 0xfe, 0x00));
    writeFileSync(join(folder, 'binary', 'b.yaml'), playbook);
    expect(await json('lint', join(folder, 'binary'))).toMatchObject({ files: 2, findings: [{ line: 1, suggestion: 'UTF-8' }] });
  });

  it('refuses what is not there, and a folder without playbooks', async () => {
    expect(await refusal('lint', join(folder, 'none.yaml'))).toMatchObject({ code: 'input-invalid' });
    mkdirSync(join(folder, 'empty'), { recursive: true });
    expect(await refusal('lint', join(folder, 'empty'))).toMatchObject({ code: 'input-invalid' });
  });
});

describe('edict playbook graph', () => {
  it.each([
    ['mermaid', /^flowchart TD\n/u],
    ['dot', /^digraph "contain-host" \{\n/u],
    ['text', /^contain-host@\d/u],
  ])('draws as %s', async (format, begins) => {
    expect((await edict('graph', contain, '--format', format)).stdout).toMatch(begins);
  });

  it('gives nodes and typed edges as JSON', async () => {
    const { edges } = await json('graph', contain);
    expect(edges).toContainEqual({ from: 'ask', to: 'ask.denied', kind: 'denied' });
  });

  it('refuses a format that it does not know', async () => {
    expect(await refusal('graph', contain, '--format', 'svg')).toMatchObject({ code: 'input-invalid', expected: 'mermaid, dot, text' });
  });
});

describe('edict playbook simulate', () => {
  it('shows path, times, approvals, effects with their undo, and the outcome', async () => {
    const given = ['--signal', `@${join(folder, 'signal.json')}`, '--fakes', `@${join(folder, 'fakes.yaml')}`];
    const found = await json('simulate', contain, ...given, '--people', `@${join(folder, 'people.yaml')}`);
    expect(found).toMatchObject({
      path: ['enrich', 'known-bad', 'ask', 'isolate', 'verify', 'propose'],
      outcome: 'done',
      outcomeAt: '5m',
      endedAt: '4h5m',
      approvals: [{ step: 'ask', status: 'approved', quorum: 1, votes: [{ who: 'max', decision: 'approve' }] }],
      effects: [{ at: '5m', step: 'isolate', action: 'network.isolate', undo: 'network.release', undone: '4h5m' }],
      triggered: true,
      assumed: expect.arrayContaining(['context.blast-radius', 'network.isolate']),
    });
    const { stdout } = await edict('simulate', contain, ...given, '--people', `@${join(folder, 'people.yaml')}`);
    expect(stdout).toContain('nothing outside was asked or changed');
    expect(stdout).toMatch(/outcome {2}done at 5m, over at 4h5m/u);
    expect(stdout).toMatch(/assumed: context\.blast-radius/u);
  });

  it('says when the signal would not have started it', async () => {
    const found = await json('simulate', contain, '--signal', '{"kind":"other","source":"ws-1","destination":"203.0.113.9"}');
    expect(found).toMatchObject({ triggered: false });
  });

  it('shows how another version decides on the same', async () => {
    writeFileSync(join(folder, 'later.yaml'), playbook.replace('"malicious"', '"suspicious"').replace('1.0.0', '1.1.0'));
    const given = ['--inputs', 'indicator=203.0.113.9', '--fakes', '{ intel.lookup: { verdict: suspicious, indicators: [] } }'];
    const old = join(folder, 'good', 'note.yaml');
    const { against } = await json('simulate', join(folder, 'later.yaml'), ...given, '--against', old);
    expect(against).toMatchObject({
      version: '1.0.0',
      differences: [{ what: 'path', before: ['look', 'bad'], after: ['look', 'bad', 'note'] }],
    });
    expect((await edict('simulate', join(folder, 'later.yaml'), ...given, '--against', old)).stdout).toContain(
      'against note@1.0.0  1 difference: - there, + here\npath\n  - ["look","bad"]\n  + ["look","bad","note"]\n',
    );
    expect((await edict('simulate', old, ...given, '--against', old)).stdout).toContain('against note@1.0.0  nothing differs');
  });

  it('takes signals that come later', async () => {
    writeFileSync(
      join(folder, 'waits.yaml'),
      'playbook: waits\nversion: 1.0.0\ntitle: t\nsteps:\n  - { id: w, wait: { signal: clear, for: 1h } }\n',
    );
    const signals = '[{ at: 5m, kind: clear }]';
    expect(await json('simulate', join(folder, 'waits.yaml'), '--signals', signals)).toMatchObject({ outcome: 'done', outcomeAt: '5m' });
    expect(await json('simulate', join(folder, 'waits.yaml'))).toMatchObject({ outcome: 'failed', outcomeAt: '1h' });
  });

  it('names a vote that does not count', async () => {
    const people = '[{ at: 1m, who: ann, approve: ask }]';
    const given = ['--inputs', 'host=ws-17', 'indicator=203.0.113.9', '--by', 'ann', '--people', people];
    const found = await json('simulate', contain, ...given, '--fakes', `@${join(folder, 'fakes.yaml')}`);
    expect(found).toMatchObject({ outcome: 'expired', refusedVotes: [{ who: 'ann', refused: 'approval-by-requester' }], effects: [] });
  });

  it('takes back what it did when it is cancelled', async () => {
    const given = ['--signal', `@${join(folder, 'signal.json')}`, '--fakes', `@${join(folder, 'fakes.yaml')}`, '--cancel', '6m'];
    const found = await json('simulate', contain, ...given, '--people', `@${join(folder, 'people.yaml')}`);
    expect(found).toMatchObject({ outcome: 'cancelled', effects: [{ at: '5m', undone: '6m' }] });
  });

  it.each([
    ['an input that is missing', ['--inputs', 'host=ws-17']],
    ['an input that is not known', ['--inputs', 'hots=ws-17', 'indicator=203.0.113.9']],
    ['a fake of an action that is not known', ['--inputs', 'host=ws-17', 'indicator=203.0.113.9', '--fakes', '{ intel.lokup: {} }']],
    ['a signal that is no record', ['--signal', '[1]']],
    ['people without a decision', ['--inputs', 'host=ws-17', 'indicator=203.0.113.9', '--people', '[{ at: 1m, who: x }]']],
    ['text that is not YAML', ['--inputs', 'host=ws-17', 'indicator=203.0.113.9', '--fakes', '{ [']],
    ['aliases', ['--inputs', 'host=ws-17', 'indicator=203.0.113.9', '--fakes', '{ intel.lookup: &a { x: 1 }, incident.note: *a }']],
  ])('refuses %s as bad input', async (_, given) => {
    expect(await refusal('simulate', contain, ...given)).toMatchObject({ code: 'input-invalid' });
  });
});

describe('edict playbook test', () => {
  it('prints a line a test and ends with 0 when all hold', async () => {
    const { code, stdout } = await edict('test', join(folder, 'good'));
    expect(code).toBe(0);
    expect(stdout).toContain('✓ a bad one is noted');
    expect(stdout).toContain('1 passed, 0 failed');
  });

  it('shows the difference and ends with 1 when one does not', async () => {
    const { code, stdout } = await edict('test', join(folder, 'wrong', 'note.yaml'));
    expect(code).toBe(1);
    expect(stdout).toContain('✗ nothing is noted\n      path\n        - ["look","bad"]\n        + ["look","bad","note"]\n');
  });

  it('takes the file of the tests for its playbook', async () => {
    expect((await edict('test', join(folder, 'good', 'note.test.yaml'))).stdout).toContain('1 passed');
  });

  it('refuses tests that are not there, and tests that cannot be read, with their place', async () => {
    expect(await refusal('test', join(folder, 'untested'))).toMatchObject({ code: 'input-invalid' });
    const file = join(folder, 'unreadable', 'note.test.yaml');
    expect(await refusal('test', join(folder, 'unreadable'))).toMatchObject({ code: 'input-invalid', where: `${file}:1:3` });
    expect(await refusal('test', join(folder, 'faulty'))).toMatchObject({ code: 'playbook-invalid' });
  });
});

describe('edict playbook coverage', () => {
  it('names what no test goes through', async () => {
    const { code, stdout } = await edict('coverage', join(folder, 'good'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^note {6}3\/3 {4}1\/3 {7}66 %$/mu);
    expect(stdout).toContain('not covered  note: `bad` false');
    expect(stdout).toContain('not covered  note: `look` on_failure');
  });

  it('ends with 1 below the minimum, and not at it', async () => {
    expect((await edict('coverage', join(folder, 'good'), '--min', '67')).code).toBe(1);
    expect((await edict('coverage', join(folder, 'good'), '--min', '66')).code).toBe(0);
  });

  it('is nothing without tests, and a test that fails covers nothing', async () => {
    expect(await json('coverage', join(folder, 'untested'))).toMatchObject({ playbooks: [{ percent: 0 }] });
    const { code, stdout } = await edict('coverage', join(folder, 'wrong'));
    expect(code).toBe(1);
    expect(stdout).toContain('1 test failed and covered nothing');
    expect(stdout).toContain(' 0 %');
  });

  it('refuses a minimum that is no percentage', async () => {
    expect(await refusal('coverage', join(folder, 'good'), '--min', '101')).toMatchObject({ code: 'input-invalid', where: '--min' });
    expect(await refusal('coverage', join(folder, 'good'), '--min', '-1')).toMatchObject({ code: 'input-invalid' });
  });

  it('of what is shipped is full', async () => {
    expect((await edict('coverage', shipped, '--min', '100')).code).toBe(0);
  });
});

describe('edict playbook certify', () => {
  it('prints the certificate of a playbook', async () => {
    const { code, stdout } = await edict('certify', contain);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^crash-safe {2}contain-host@\S+ {2}sha256:[0-9a-f]{64}\n {2}8 cases, \d+ events; the driver was killed \d+ times\n/u,
    );
  });

  it('refuses a playbook without tests, and one whose tests do not hold', async () => {
    expect(await refusal('certify', join(folder, 'untested', 'note.yaml'))).toMatchObject({ code: 'input-invalid' });
    expect(await refusal('certify', join(folder, 'wrong', 'note.yaml'))).toMatchObject({ code: 'conflict' });
  });
});
