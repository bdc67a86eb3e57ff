import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../worker/environment.ts';

const needed = { EDICT_DATABASE_URL: 'postgres://db/edict', EDICT_TEMPORAL_ADDRESS: '127.0.0.1:7233' };

describe('the worker’s environment', () => {
  it('names the servers and the data directory', () => {
    const environment = readEnvironment({ ...needed, EDICT_DATA_DIR: '/data', EDICT_TEMPORAL_NAMESPACE: 'edict' });
    expect(environment).toMatchObject({ temporalNamespace: 'edict', auditFile: '/data/audit/audit.jsonl', bundleDir: '/data/cache' });
  });

  it.each(Object.keys(needed))('says that %s is missing', (name) => {
    expect(() => readEnvironment({ ...needed, [name]: '' })).toThrow(`${name} is not set`);
  });
});
