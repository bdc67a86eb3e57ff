import { expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { Client } from 'pg';

import { describeWith, testDatabase, testOpa, testTemporal } from './fixture.ts';

describeWith(['postgres'], 'the test database', () => {
  it('is fresh, empty, of its own, and gone after drop', async () => {
    const one = await testDatabase();
    const two = await testDatabase();
    const client = new Client({ connectionString: one.url });
    await client.connect();
    await client.query('create table t (n int)');
    await client.end();
    const other = new Client({ connectionString: two.url });
    await other.connect();
    expect((await other.query("select to_regclass('t') as t")).rows).toEqual([{ t: null }]);
    await other.end();
    await one.drop();
    await two.drop();
    await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow(/does not exist/);
  });
});

describeWith(['temporal'], 'the test server of Temporal', () => {
  it('has our namespace with its search attributes', async () => {
    const { address, namespace } = testTemporal();
    const connection = await Connection.connect({ address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['EdictPlaybook', 'EdictPolicy', 'EdictIncident']));
    await connection.close();
  });
});

describeWith(['opa'], 'the test server of OPA', () => {
  it('answers the bearer of the token and nobody else', async () => {
    const { url, token } = testOpa();
    expect((await fetch(`${url}/v1/data`)).status).toBe(401);
    expect((await fetch(`${url}/v1/data`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await fetch(`${url}/v1/data`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });
});
