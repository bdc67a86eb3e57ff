/** `edict policy import` at the door: exit codes, what goes to which stream, files that are there already. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePolicyFile } from '../../../domain/policy/policy-file.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/firewalls/${name}`, import.meta.url));
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--no-warnings', main, 'policy', 'import', ...args], { encoding: 'utf8' });

describe('edict policy import', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'edict-import-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes a policy that can be read back, says what it left out by line, and exits with 5', () => {
    const out = join(folder, 'host.yaml');
    const done = run('--from', 'nftables', fixture('host.nft'), '--out', out);
    expect(done.status).toBe(5);
    expect(done.stderr).toContain('host.nft:19: not understood: a match on in-interface: less is allowed without it: iifname "lo" accept');
    expect(parsePolicyFile(readFileSync(out, 'utf8')).policy).toBe('host');
    expect(run('--from', 'nftables', fixture('host.nft'), '--out', out).status).not.toBe(0);
  });

  it('answers in JSON, and exits with 0 where everything was understood', () => {
    const done = run('--from', 'cisco', fixture('sample_cisco_lab.acl'), '--policy', 'lab', '--json');
    expect(done.status).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ policy: { policy: 'lab' }, unread: [] });
  });
});
