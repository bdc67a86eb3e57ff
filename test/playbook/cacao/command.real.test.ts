/** The real command, as a process of its own; it needs no server. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { CacaoPlaybook } from '../../../domain/playbook/cacao/model.ts';
import { signedText } from '../../../domain/playbook/cacao/signature.ts';
import { cacaoId } from '../../../domain/playbook/cacao/extensions.ts';
import { at, chain, fixtures } from './documents.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'edict-cacao-'));
afterAll(() => rmSync(folder, { recursive: true }));

function edict(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'cli/edict.mjs'), 'cacao', ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  return { code: status, stdout, stderr };
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

jest.setTimeout(60_000);

const http = join(fixtures, 'playbooks/good/http-playbook.json');

describe('edict cacao', () => {
  it('validates, and says by its exit code what it found', () => {
    expect(edict('validate', http)).toMatchObject({ code: 0, stdout: expect.stringContaining('valid') });
    const bad = edict('validate', join(fixtures, 'playbooks/bad/missing_step_playbook.json'), '--json');
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      valid: false,
      faults: expect.arrayContaining([expect.objectContaining({ code: 'cacao-step-missing' })]),
    });
  });

  it('brings in and gives out: what was not changed comes back as it was', () => {
    const strict = file('strict.yaml', 'manual: refuse');
    expect(edict('import', http, '--map', strict)).toMatchObject({ code: 2, stdout: expect.stringContaining('cacao-unmapped') });
    const map = file('map.yaml', "commands: [{ match: '*', action: control.noop, with: { value: $command } }]");
    const out = join(folder, 'playbook.yaml');
    expect(edict('import', http, '--map', map, '--out', out)).toMatchObject({ code: 0 });
    expect(edict('import', http, '--map', map, '--out', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') });
    for (const original of [[], ['--original', http]])
      expect(JSON.parse(edict('export', out, ...original).stdout)).toEqual(JSON.parse(readFileSync(http, 'utf8')));
    const fresh = edict('export', join(root, 'playbooks/contain-host.yaml'));
    expect(edict('validate', file('fresh.json', fresh.stdout))).toMatchObject({ code: 0 });
  });

  it('runs a document on fakes: its road, its steps, its end', () => {
    const ran = edict('run', join(fixtures, 'playbooks/good/parallels_playbook.json'), '--json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      ran: true,
      empty: ['bia_address', 'cve'],
      report: {
        outcome: 'done',
        path: ['imc-assets-by-cve'],
        steps: [{ step: 'imc-assets-by-cve' }, { step: 'bia-for-cve', kind: 'manual' }],
      },
    });
    const silent = edict('run', http, '--people', 'silent');
    expect(silent).toMatchObject({ code: 0, stdout: expect.stringContaining('nobody did it in time') });
    expect(edict('run', http, '--people', 'sometimes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('approve, deny, silent'),
    });
    const map = file('noop.yaml', "commands: [{ match: '*', action: control.noop, with: { value: $command } }]");
    const mapped = JSON.parse(edict('run', http, '--map', map, '--fakes', 'control.noop: { $fail: not-found }', '--json').stdout) as object;
    expect(mapped).toMatchObject({ ran: true, report: { outcome: 'failed', error: { code: 'not-found' } } });
  });

  it('runs a folder of documents: which came to their end, and why the others did not', () => {
    const { code, stdout } = edict('run', join(fixtures, 'playbooks'), '--json');
    const summary = JSON.parse(stdout) as { ran: number; results: { file: string; ran: boolean; reason?: string }[] };
    expect(code).toBe(0);
    const labels = JSON.parse(readFileSync(join(fixtures, 'playbooks/labels.json'), 'utf8')) as Record<string, { problem: string | null }>;
    for (const [name, { problem }] of Object.entries(labels))
      expect([name, summary.results.find((one) => one.file.endsWith(name))?.ran]).toEqual([name, problem === null]);
    for (const one of summary.results.filter(({ ran }) => !ran)) expect(one.reason).toMatch(/\[cacao-[a-z-]+\]$/);
    expect(edict('run', join(fixtures, 'playbooks')).stdout).toContain('4 ran to their end');
  });

  it('shows how a document is marked', () => {
    const marking = 'marking-tlp--11111111-2222-4333-8444-666666666666';
    const { created_by: by } = chain();
    const definition = { type: 'marking-tlp', id: marking, created_by: by, created: at, modified: at, tlpv2_level: 'TLP:AMBER' };
    const marked = file(
      'marked.json',
      JSON.stringify({ ...chain(), markings: [marking], data_marking_definitions: { [marking]: definition } }),
    );
    for (const command of ['validate', 'run']) expect(edict(command, marked).stdout).toContain('marked TLP:AMBER');
    expect(edict('import', marked).stderr).toContain('marked TLP:AMBER');
  });

  it('verifies with the key that it is given', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = file('key.pem', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const other = file('other.pem', generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const playbook: CacaoPlaybook = chain();
    const signature = {
      type: 'jss' as const,
      id: cacaoId('jss', 'x'),
      created: at,
      modified: at,
      signee: 'SOC',
      related_to: playbook.id,
      related_version: at,
      hash_algorithm: 'sha-512',
      algorithm: 'Ed25519',
      thumbprint: 'x',
      value: '',
    };
    const value = sign(null, Buffer.from(signedText(playbook, signature)), privateKey).toString('base64url');
    const signed = file('signed.json', JSON.stringify({ ...playbook, signatures: [{ ...signature, value }] }));
    expect(edict('verify', signed, '--key', key)).toMatchObject({ code: 0, stdout: expect.stringContaining('valid') });
    expect(edict('verify', signed, '--key', other)).toMatchObject({ code: 4, stdout: expect.stringContaining('does not fit') });
    expect(edict('verify', http, '--key', key)).toMatchObject({ code: 4, stdout: expect.stringContaining('not signed') });
    const nonsense = file('nonsense.json', JSON.stringify({ ...playbook, signatures: [{ type: 'jss', value: 1 }] }));
    expect(edict('verify', nonsense, '--key', key)).toMatchObject({ code: 2, stderr: expect.stringContaining('cacao-invalid') });
  });
});
