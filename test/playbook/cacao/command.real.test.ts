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
    expect(edict('import', http)).toMatchObject({ code: 2, stdout: expect.stringContaining('cacao-unmapped') });
    const map = file('map.yaml', "commands: [{ match: '*', action: control.noop, with: { value: $command } }]");
    const out = join(folder, 'playbook.yaml');
    expect(edict('import', http, '--map', map, '--out', out)).toMatchObject({ code: 0 });
    expect(edict('import', http, '--map', map, '--out', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('exists already') });
    expect(JSON.parse(edict('export', out, '--original', http).stdout)).toEqual(JSON.parse(readFileSync(http, 'utf8')));
    const fresh = edict('export', join(root, 'playbooks/contain-host.yaml'));
    expect(edict('validate', file('fresh.json', fresh.stdout))).toMatchObject({ code: 0 });
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
