import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSystem } from '../../../connectors/open-system.ts';
import type { OutsideSystem } from '../../../connectors/system.ts';
import { awsIdentity, startFakeAws, type FakeAws } from '../../fakes/fake-aws.ts';
import { systemConformance, type SystemBench } from './conformance.ts';

const key = 'AKIAIOSFODNN7EXAMPLE';

const open = (fake: FakeAws, timeoutMs = 5000, secret = awsIdentity.secretAccessKey): OutsideSystem =>
  openSystem(
    {
      name: 'aws-prod',
      kind: 'aws',
      settings: { ...fake.settings, timeoutMs, settleTimeoutMs: timeoutMs },
      secrets: { secretAccessKey: 's' },
    },
    async () => secret,
  );

async function start(): Promise<SystemBench> {
  const fake = await startFakeAws();
  return {
    kind: 'aws',
    open: ({ timeoutMs = 5000, secret = awsIdentity.secretAccessKey } = {}) => open(fake, timeoutMs, secret),
    setFault: fake.setFault,
    writes: fake.writes,
    changes: [
      {
        change: 'disable-key',
        params: { key },
        target: `key/${key}`,
        held: () => fake.keys.get(key)?.active,
        undoable: true,
        missing: { key: 'AKIAIOSFODNN7MISSING' },
      },
      {
        change: 'block-public',
        params: { bucket: 'half-open' },
        target: 'bucket/half-open',
        held: () => fake.buckets.get('half-open'),
        undoable: true,
        missing: { bucket: 'no-such-bucket' },
      },
    ],
    reads: [
      {
        reading: 'key-usage',
        params: { key },
        expected: { user: 'deployer', active: true, lastUsed: '2026-11-25T08:00:00Z', service: 's3', region: 'eu-west-1', used: true },
      },
      {
        reading: 'key-usage',
        params: { key: 'AKIAIOSFODNN7OTHER02' },
        expected: { user: 'deployer', active: false, lastUsed: '', service: 'N/A', region: 'N/A', used: false },
      },
      {
        reading: 'public-access',
        params: { bucket: 'half-open' },
        expected: {
          blocked: false,
          settings: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: false, RestrictPublicBuckets: false },
        },
      },
    ],
    stop: fake.stop,
  };
}

systemConformance('aws', { start, changes: ['disable-key', 'block-public'], reads: ['key-usage', 'public-access'] });

describe('an AWS account', () => {
  let fake: FakeAws;
  let aws: OutsideSystem;
  beforeAll(async () => {
    fake = await startFakeAws();
    aws = open(fake);
  });
  afterAll(async () => {
    await aws.close();
    await fake.stop();
  });

  it('gets a bucket back without a block when it had none', async () => {
    const prepared = await aws.prepare('block-public', { bucket: 'open-data' });
    expect(prepared.before).toEqual({ bucket: 'open-data', block: null });
    await aws.perform(prepared, 'r/s/1');
    expect(Object.values(fake.buckets.get('open-data') ?? {})).toEqual([true, true, true, true]);
    await aws.undo(prepared, 'r/s/1');
    expect(fake.buckets.get('open-data')).toBeNull();
  });

  it('needs nothing taken back where the key or the bucket is gone by then', async () => {
    const disabled = await aws.prepare('disable-key', { key: 'AKIAIOSFODNN7OTHER01' });
    await aws.perform(disabled, 'r/s/2');
    fake.keys.delete('AKIAIOSFODNN7OTHER01');
    expect(await aws.undo(disabled, 'r/s/2')).toMatchObject({ state: 'gone' });
    const blocked = await aws.prepare('block-public', { bucket: 'open-data' });
    await aws.perform(blocked, 'r/s/3');
    fake.buckets.delete('open-data');
    expect(await aws.undo(blocked, 'r/s/3')).toMatchObject({ state: 'gone' });
  });

  it.each(['../keys', 'Open-Data', 'a', 'open-data?policy', 'open-data/other'])('takes no bucket named %p', async (bucket) => {
    await expect(aws.prepare('block-public', { bucket })).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
