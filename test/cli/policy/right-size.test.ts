/** `edict policy right-size`, as it is typed, on files of the test's own. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typed } from '../in-process.ts';

const events = join(import.meta.dirname, '../../fixtures/iam/cloudtrail.jsonl');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'edict-right-size-'));
  const document = { Version: '2012-10-17', Statement: [{ Sid: 'All', Effect: 'Allow', Action: ['s3:*', 'ec2:*'], Resource: '*' }] };
  writeFileSync(join(folder, 'deployer.json'), JSON.stringify(document));
  mkdirSync(join(folder, 'out'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { stdout } = typed('policy');
const rightSize = (...args: readonly string[]) => stdout('right-size', ...args);

describe('edict policy right-size', () => {
  it('tells what was never used, and what the replay says', async () => {
    const said = await rightSize(join(folder, 'deployer.json'), '--events', events);
    expect(said).toMatch(/ec2:\* +never/u);
    expect(said).toMatch(/recorded requests, 0 cut off/u);
    expect(said).toContain('the proposed documents allow less: for example');
  });

  it('writes the proposed documents, and answers in JSON', async () => {
    const said = JSON.parse(
      await rightSize(
        join(folder, 'deployer.json'),
        '--events',
        events,
        '--principal',
        'arn:aws:iam::123837392027:user/bert-jan',
        '--out',
        join(folder, 'out'),
        '--json',
      ),
    ) as { readonly replay: { readonly cutOff: readonly unknown[] }; readonly comparison: { readonly relation: string } };
    expect(said.replay.cutOff).toEqual([]);
    expect(said.comparison.relation).toBe('first-more');
    const written = readFileSync(join(folder, 'out', 'deployer.json'), 'utf8');
    expect(written).toContain('s3:ListAllMyBuckets');
    expect(written).not.toContain('ec2:');
  });

  it('refuses what is no record of CloudTrail', async () => {
    const document = join(folder, 'deployer.json');
    await expect(rightSize(document, '--events', document)).rejects.toMatchObject({ code: 'log-invalid' });
  });
});
