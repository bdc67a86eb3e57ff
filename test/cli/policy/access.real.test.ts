/** Access policies as they are typed: read in, kept as a file, compiled, proved, compared and tested. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

let folder: string;
const edict = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--no-warnings', main, 'policy', ...args], { encoding: 'utf8', cwd: folder });

const cedar = `@id("read")
permit (principal in Group::"staff", action == Action::"read", resource is Document) when { context.mfa };
forbid (principal, action, resource) when { context. };
`;
const iam = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' }],
};
const tests = `tests:
  - name: staff read with a second factor
    request: { access: { principal: 'Group:staff', action: read, resource: 'Document:plan', context: { mfa: true } } }
    decision: allow
    by: [read]
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edict-access-'));
  writeFileSync(join(folder, 'store.cedar'), cedar);
  writeFileSync(join(folder, 'reports.json'), JSON.stringify(iam, null, 2));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('Cedar policies that are in force', () => {
  it('become a policy file that is tested, compiled and proved', () => {
    const imported = edict('import', '--from', 'cedar', 'store.cedar', '--out', 'store.yaml');
    expect(imported).toMatchObject({ status: 5, stdout: '' });
    expect(imported.stderr).toMatch(/store\.cedar:3: not understood: .*: more is allowed without it: forbid/u);
    const kept = readFileSync(join(folder, 'store.yaml'), 'utf8').replace('tests: []\n', tests);
    writeFileSync(join(folder, 'store.yaml'), kept);
    expect(edict('test', 'store.yaml')).toMatchObject({ status: 0, stdout: expect.stringContaining('1 of 1 tests pass') });
    expect(edict('compile', 'store.yaml', '--target', 'cedar', '--out', 'out').stdout).toContain('access.cedar');
    const proved = edict('prove', 'store.yaml', '--target', 'cedar', '--artifact', 'out');
    expect(proved).toMatchObject({ status: 0, stdout: expect.stringContaining('proved: the cedar artifact decides as the rules say') });
    expect(edict('compare', 'store.yaml', 'cedar:out').stdout).toBe('access: equivalent: every request is decided alike\n');
  });
});

describe('two states of access rules in files', () => {
  it('are compared in meaning, with a request for what is decided otherwise', () => {
    const rule = (when: string) => `policy: docs
title: Documents
owner: data
requirements: [{ id: r1, text: Staff read. }]
rules:
  - { id: staff, requirement: r1, access: { allow: { principals: ['group:staff'], actions: [read], resources: ['doc:*']${when} } } }
`;
    writeFileSync(join(folder, 'before.yaml'), rule(', when: { mfa: true }'));
    writeFileSync(join(folder, 'after.yaml'), rule(''));
    const diff = JSON.parse(edict('diff', 'before.yaml', 'after.yaml', '--json').stdout);
    expect(diff).toMatchObject({ equal: false, rules: [{ rule: 'docs/staff', change: 'widened' }], exceptions: [] });
    expect(diff.changes[0]).toMatchObject({ witness: { kind: 'access', action: 'read' }, to: 'allow' });
    expect(edict('diff', 'after.yaml', 'after.yaml')).toMatchObject({ status: 0, stdout: 'after.yaml and after.yaml decide alike\n' });
  });
});

describe('AWS documents that are in force', () => {
  it('become a policy file that is proved as what AWS reads, and compiles to no firewall', () => {
    const imported = edict('import', '--from', 'aws-iam', 'reports.json');
    expect(imported).toMatchObject({ status: 0, stderr: expect.stringContaining('0 lines not understood') });
    writeFileSync(join(folder, 'reports.yaml'), imported.stdout);
    expect(edict('prove', 'reports.yaml', '--target', 'aws-iam')).toMatchObject({ status: 0, stdout: expect.stringContaining('proved: ') });
    const refused = edict('compile', 'reports.yaml', '--target', 'nftables');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('`nftables` holds network rules, and there are only access rules [input-invalid]');
  });
});
