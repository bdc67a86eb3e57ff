/** `npm run eval -- iam-compare`, on small data of the test's own. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { evalIamCompare } from '../../bench/eval/iam-compare.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'edict-eval-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const allow = (action: string) => ({ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

function write(name: string, files: { readonly [name: string]: readonly object[] }): string {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  for (const [file, objects] of Object.entries(files)) writeFileSync(join(at, file), objects.map((one) => JSON.stringify(one)).join('\n'));
  return at;
}

const less = { id: 'less', policy: allow('s3:GetObject') };
const more = { id: 'more', policy: allow('s3:*') };

describe('eval iam-compare', () => {
  it('finds its cases at any depth, in whatever files, and ids of one folder only', () => {
    const top = join(folder, 'deep');
    write('deep/a', { 'policies.jsonl': [less, more], 'verdicts.jsonl': [{ p1: 'less', p2: 'more', relation_plain: 'p2_more' }] });
    // The same ids the other way round, and a verdict that is wrong.
    write('deep/b/c', {
      'all.jsonl': [
        { id: 'less', policy: more.policy },
        { id: 'more', policy: less.policy },
        { p1: 'less', p2: 'more', relation_plain: 'p1_more', relation_aws: 'equivalent' },
        { p1: 'less', p2: 'gone', relation_plain: 'p1_more' },
        { initial: 'less', fixed: 'more' },
      ],
    });
    expect(evalIamCompare(top)).toEqual({
      total: 4,
      supported: 3,
      right: 2,
      wrong: 1,
      unsupported: { 'a policy is missing from the data': 1 },
      examples: ['less and more: p1_more, published as equivalent (aws)', 'less and more: p1_more'],
    });
  });

  it.each([
    ['without a case in it', () => write('empty', {}), 'has found no case in'],
    ['that is not there', () => join(folder, 'nowhere'), 'is no directory'],
  ])('says so of a folder %s', async (_name, data, said) => {
    const main = join(import.meta.dirname, '..', '..', 'bench', 'eval', 'run.ts');
    const failed = run(process.execPath, ['--no-warnings', main, 'iam-compare', '--json', '--data', data()]);
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });
});
