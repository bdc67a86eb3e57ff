/** Compile, prove, test and import by the API: with the server's inventory, on documents and on versions that are stored. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Policy } from '../../domain/policy/model.ts';
import { parsePolicyFile } from '../../domain/policy/policy-file.ts';
import { describeWith } from '../stack/fixture.ts';
import { openHarness } from './harness.ts';
import type { Harness } from './harness.ts';

const assets = `name,address,zone,services,groups,owner,criticality
pay-1,10.1.0.10,apps,payments,,pay,high
db-1,10.2.0.5,data,,cardholder-db,dba,critical
`;

const network = (policy: string, service = 'tcp/5432'): Policy =>
  parsePolicyFile(`policy: ${policy}
title: Who reaches the database
owner: payments
requirements: [{ id: r1, text: Payments alone may. }]
rules:
  - { id: payments, requirement: r1, network: { allow: { from: 'service:payments', to: 'group:cardholder-db', service: ${service} } } }
  - { id: nobody-else, requirement: r1, network: { claim: { from: any, to: 'group:cardholder-db', service: any } } }
tests:
  - { name: payments get in, request: { network: { from: 10.1.0.10, to: 10.2.0.5, protocol: tcp, port: 5432 } }, decision: allow }
`);

const mixed: Policy = parsePolicyFile(`policy: mixed
title: Both
owner: data
requirements: [{ id: r1, text: Both. }]
rules:
  - { id: ssh, requirement: r1, network: { deny: { from: any, to: 'asset:db-1', service: tcp/22 } } }
  - { id: read, requirement: r1, access: { allow: { principals: ['user:ann'], actions: [read], resources: ['doc:a'] } } }
  - { id: closed, requirement: r1, access: { claim: { principals: [any], actions: [any], resources: ['doc:*'] } } }
`);

const iptables = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
-A FORWARD -s 10.1.0.10/32 -d 10.2.0.5/32 -p tcp -m tcp --dport 5432 -j ACCEPT
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -m magic --spell 7 -j ACCEPT
COMMIT
`;

describeWith(['postgres', 'opa'], 'the tools of the policy core by the API', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness({ waitMs: 0 });
    expect((await post('admin', '/v1/context/inventory', { assets_csv: assets })).status).toBe(200);
    await harness.store.policies.saveDraft(network('cardholder'), 'ann');
    await harness.store.policies.approve({ policy: 'cardholder', version: 1, by: 'manager', approval: 'a-1' });
    await harness.store.policies.enforce({ policy: 'cardholder', version: 1, by: 'system:test' });
    await harness.store.policies.saveDraft(network('cardholder', 'tcp/5433'), 'ann');
  }, 120_000);
  afterAll(() => harness.close());

  const post = async (who: string, path: string, payload: object) => {
    const answer = await harness.ask(who, 'POST', path, { payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const ask = async (tool: string, payload: object) => (await post('auditor', `/v1/policies/${tool}`, payload)).body;

  it.each(['nftables', 'rego', 'cisco-ios', 'aws-security-group', 'kubernetes'])('compiles to %s, and proves it', async (target) => {
    const documents = [network('cardholder')];
    const { artifact, losses, leftOut } = await ask('compile', { documents, target });
    expect(artifact).toMatchObject({ target, digest: expect.stringMatching(/^sha256:/u) });
    expect([artifact.sizeBytes > 0, leftOut, Array.isArray(losses)]).toEqual([true, [], true]);
    expect(await ask('prove', { documents, target, files: artifact.files })).toMatchObject({
      target,
      artifact: artifact.digest,
      equal: true,
    });
  });

  it.each(['rego-access', 'cedar', 'aws-iam'])(
    'compiles the access rules of a policy to %s, and says which rules are of other kinds',
    async (target) => {
      const { artifact, leftOut } = await ask('compile', { documents: [mixed], target });
      expect([artifact.target, leftOut]).toEqual([target, ['mixed/ssh']]);
      expect(await ask('prove', { documents: [mixed], target, files: artifact.files })).toMatchObject({ equal: true });
    },
  );

  it('gives a request on which an artifact does otherwise', async () => {
    const documents = [network('cardholder')];
    const { artifact } = await ask('compile', { documents, target: 'nftables' });
    const files = Object.fromEntries(
      Object.entries(artifact.files as Record<string, string>).map(([name, text]) => [name, text.replaceAll('5432', '5433')]),
    );
    const proof = await ask('prove', { documents, target: 'nftables', files });
    expect(proof).toMatchObject({ equal: false, counterExample: { request: { kind: 'network', to: '10.2.0.5' } } });
    const { artifact: access } = await ask('compile', { documents: [mixed], target: 'cedar' });
    const wrong = Object.fromEntries(
      Object.entries(access.files as Record<string, string>).map(([name, text]) => [name, text.replaceAll('"ann"', '"bob"')]),
    );
    const refuted = await ask('prove', { documents: [mixed], target: 'cedar', files: wrong });
    expect(refuted).toMatchObject({
      equal: false,
      counterExample: { request: { kind: 'access' }, text: expect.stringContaining('cedar artifact') },
    });
  });

  it('works on a version, together with what else is in force', async () => {
    await harness.store.policies.saveDraft(mixed, 'ann');
    const { artifact, leftOut } = await ask('compile', { policy: 'mixed', version: 1, target: 'nftables' });
    expect(leftOut.toSorted()).toEqual(['mixed/closed', 'mixed/read']);
    const text = Object.values(artifact.files as Record<string, string>).join('\n');
    for (const rule of ['cardholder/payments', 'mixed/ssh']) expect(text).toContain(rule);
    expect(await ask('prove', { policy: 'mixed', version: 1, target: 'nftables', files: artifact.files })).toMatchObject({ equal: true });
    // Another version of the policy is another meaning.
    const first = await ask('compile', { policy: 'cardholder', version: 1, target: 'rego' });
    expect(await ask('prove', { policy: 'cardholder', version: 2, target: 'rego', files: first.artifact.files })).toMatchObject({
      equal: false,
    });
  });

  it('runs the tests of a version, and of documents', async () => {
    expect(await ask('test', { policy: 'cardholder', version: 1 })).toMatchObject({
      passed: true,
      policies: [{ policy: 'cardholder', tests: [{ name: 'payments get in', passed: true, determining: ['payments'] }] }],
    });
    expect(await ask('test', { documents: [network('cardholder', 'tcp/5433'), mixed] })).toMatchObject({
      passed: false,
      policies: [
        { tests: [{ passed: false, expected: 'allow', actual: 'deny', reason: expect.any(String) }] },
        { policy: 'mixed', tests: [] },
      ],
    });
  });

  it('reads a configuration that is in force, says by line what it did not understand, and takes it as a draft', async () => {
    const payload = { from: 'iptables', text: iptables, policy: 'edge' };
    const shown = (await post('engineer', '/v1/policies/import', { ...payload, mode: 'dry-run' })).body;
    expect(shown).toMatchObject({
      mode: 'dry-run',
      policy: { policy: 'edge', owner: 'engineer' },
      unread: [{ line: 6 }],
      implied: [{ line: 5 }],
    });
    expect(parsePolicyFile(shown.text).rules).toEqual(shown.policy.rules);
    expect(await harness.store.policies.get('edge')).toBeUndefined();
    const taken = (await post('engineer', '/v1/policies/import', { ...payload, mode: 'apply' })).body;
    expect(taken).toMatchObject({ mode: 'apply', version: 1, unread: [{ line: 6, reason: expect.any(String) }] });
    expect((await harness.store.policies.version('edge', 1))?.document.rules).toEqual(taken.policy.rules);
    expect((await post('engineer', '/v1/policies/import', { ...payload, mode: 'apply' })).body).toMatchObject({ version: 1 });
    expect((await harness.store.policies.versions('edge')).length).toBe(1);
  });

  it('reads policies of access', async () => {
    const text = 'permit (principal == User::"ann", action == Action::"read", resource is Document);\nforbid (principal,';
    const { body } = await post('engineer', '/v1/policies/import', { mode: 'dry-run', from: 'cedar', text, policy: 'store' });
    expect(body).toMatchObject({
      policy: { rules: expect.arrayContaining([expect.objectContaining({ kind: 'access' })]) },
      unread: [{ line: 2 }],
    });
  });

  const documents = [network('cardholder')];
  it.each([
    ['compile', 'nothing to compile', { target: 'nftables' }, 400, 'input-invalid'],
    ['compile', 'a policy without a version', { target: 'nftables', policy: 'cardholder' }, 400, 'input-invalid'],
    ['compile', 'a version and documents', { target: 'nftables', policy: 'cardholder', version: 1, documents }, 400, 'input-invalid'],
    ['compile', 'no documents', { target: 'nftables', documents: [] }, 400, 'input-invalid'],
    ['compile', 'one policy twice', { target: 'nftables', documents: [mixed, mixed] }, 400, 'input-invalid'],
    ['compile', 'a target that there is not', { target: 'magic', documents }, 400, 'target-unknown'],
    ['compile', 'no rule of the kind that the target holds', { target: 'openfga', documents }, 400, 'input-invalid'],
    ['compile', 'a version that there is not', { target: 'nftables', policy: 'cardholder', version: 9 }, 404, 'not-found'],
    [
      'prove',
      'an artifact that is cut off',
      { target: 'nftables', documents, files: { 'edict.nft': 'table inet x {' } },
      422,
      'artifact-unreadable',
    ],
    ['prove', 'an artifact of no files', { target: 'nftables', documents, files: {} }, 422, 'artifact-unreadable'],
    ['test', 'a policy that there is not', { policy: 'nothing', version: 1 }, 404, 'not-found'],
    ['import', 'a source that there is not', { mode: 'apply', from: 'magic', text: '', policy: 'x' }, 400, 'input-invalid'],
    ['import', 'a mode that there is not', { mode: 'look', from: 'iptables', text: '', policy: 'x' }, 400, 'input-invalid'],
  ])('%s refuses %s', async (...[tool, , payload, status, code]) => {
    const answer = await post('engineer', `/v1/policies/${tool}`, payload);
    expect([answer.body.code, answer.status]).toEqual([code, status]);
  });

  it('takes no more than it can look at, and writes for those alone who may', async () => {
    const huge = { from: 'iptables', text: 'x'.repeat(9 * 1024 * 1024), policy: 'x', mode: 'dry-run' };
    expect((await post('engineer', '/v1/policies/import', huge)).status).toBe(413);
    const payload = { from: 'iptables', text: iptables, policy: 'edge-2', mode: 'apply' };
    expect((await post('auditor', '/v1/policies/import', payload)).status).toBe(403);
    expect(await harness.store.policies.get('edge-2')).toBeUndefined();
  });
});
