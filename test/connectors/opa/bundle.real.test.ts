import { generateKeyPairSync } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildBundle } from '../../../connectors/opa/bundle.ts';
import { servedConnections } from '../../../connectors/opa/served.ts';
import { makeSigningKey, publicKeyOf, type SigningKey } from '../../../connectors/opa/signing-key.ts';
import { openConnector } from '../../../connectors/open.ts';
import { engineBinary } from '../../stack/fixture.ts';
import { startBundleService, type BundleService } from '../bundle-service.ts';
import { needs } from '../needs.ts';
import { startOpaProcess, type OpaProcess } from '../opa-process.ts';
import { artifacts, payments, request, stranger } from '../policies.ts';

const ours: SigningKey = { keyId: 'edict-1', privateKeyPem: makeSigningKey() };
const { strict, shut } = artifacts('rego');
const point = 'opa-b';

type Stage = { readonly service: BundleService; readonly opa: OpaProcess };
const stages: Stage[] = [];

async function stage(key: SigningKey = ours): Promise<Stage> {
  const service = await startBundleService();
  const config = {
    apiUrl: service.url,
    bundleToken: 'bundle-token',
    point,
    publicKeyPem: publicKeyOf(key.privateKeyPem),
    keyId: key.keyId,
  };
  const made = { service, opa: await startOpaProcess(engineBinary('opa'), config) };
  stages.push(made);
  return made;
}

function connect({ service, opa }: Stage, settings: { readonly [name: string]: string | number } = {}, secret = opa.token) {
  const ports = {
    artifacts: async () => undefined,
    shelf: service.shelf,
    signingKey: async () => ours,
    secret: async (name: string) => (name === 'opa-token' ? secret : undefined),
  };
  return openConnector(
    { name: point, kind: 'opa', settings: { url: opa.url, tokenSecret: 'opa-token', activationTimeoutMs: 1500, ...settings } },
    ports,
  );
}

const applied = { artifact: strict.digest, isolations: [], key: 'k/1', before: { artifact: undefined, isolations: [] } };
const bundleOf = (key: SigningKey) => ({ point, ...buildBundle({ served: servedConnections, artifact: strict, applied, key }) });

async function ask({ opa }: Stage, path: string, init: RequestInit = {}) {
  const answer = await fetch(`${opa.url}${path}`, { ...init, headers: { authorization: `Bearer ${opa.token}` } });
  return { status: answer.status, body: (await answer.json()) as { readonly result?: unknown; readonly message?: string } };
}

/** What OPA says of the last bundle, once it has looked at it. */
async function verdict(on: Stage): Promise<{ readonly active?: string | undefined; readonly message?: string | undefined }> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { body } = await ask(on, '/v1/status');
    const { edict } = (body.result as { bundles?: { edict?: { active_revision?: string; message?: string } } } | undefined)?.bundles ?? {};
    if (edict?.active_revision !== undefined || edict?.message !== undefined)
      return { active: edict.active_revision, message: edict.message };
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return {};
}

needs('opa', () => {
  describe('a signed bundle', () => {
    afterEach(async () => {
      for (const { opa, service } of stages.splice(0)) {
        await opa.stop();
        await service.close();
      }
    });

    it('is activated by OPA with ECDSA and with RSA keys', async () => {
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      for (const key of [ours, { keyId: 'rsa-1', privateKeyPem: rsa }]) {
        const on = await stage(key);
        const bundle = bundleOf(key);
        await on.service.shelf.put(bundle);
        expect(await verdict(on)).toEqual({ active: bundle.revision, message: undefined });
      }
    });

    it.each([
      [
        'signed by another key of the same name',
        () => bundleOf({ keyId: ours.keyId, privateKeyPem: makeSigningKey() }),
        /signature|verif/iu,
      ],
      ['signed by a key of another name', () => bundleOf({ keyId: 'stranger', privateKeyPem: makeSigningKey() }), /signature|verif|key/iu],
      [
        'changed after it was signed',
        () => rewritten((tar) => tar.replace('"decision": "deny"', '"decision": "pass"')),
        /digest|hash|signature/iu,
      ],
      ['without its signatures', () => rewritten((tar) => tar.replaceAll('.signatures.json', '.signaturez.json')), /signature/iu],
    ] as const)('is refused by OPA when it is %s', async (_what, make, expected) => {
      const on = await stage();
      await on.service.shelf.put(make());
      const { active, message } = await verdict(on);
      expect(active).toBeUndefined();
      expect(message).toMatch(expected);
      expect((await ask(on, '/v1/data/edict')).body.result).toBeUndefined();
    });

    it('is owned by OPA’s bundle: nobody changes its policies and data by the API', async () => {
      const on = await stage();
      const connector = connect(on);
      await connector.apply({ artifact: strict, isolations: [] }, 'k/1');
      const data = await ask(on, '/v1/data/edict/isolations', { method: 'PUT', body: '[]' });
      const policy = await ask(on, '/v1/policies/mine', {
        method: 'PUT',
        body: 'package edict.network\ndecision := {"decision": "allow"}',
      });
      expect([data.status, policy.status]).toEqual([400, 400]);
      expect(data.body.message).toContain('owned by bundle');
      expect((await connector.observe()).intact).toBe(true);
      await connector.close();
    });

    it('is fetched with the bundle token, and only decisions are logged', async () => {
      const on = await stage();
      const connector = connect(on);
      await connector.apply({ artifact: strict, isolations: [] }, 'k/1');
      await new Promise((resolve) => setTimeout(resolve, 2200));
      const before = on.service.decisions.length;
      await connector.observe();
      await connector.probe(stranger[4]);
      for (let tries = 0; on.service.decisions.length === before && tries < 100; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(on.service.decisions.slice(before).map(({ path }) => path)).toEqual(['edict/network/decision']);
      expect([...on.service.authorizations]).toEqual(['Bearer bundle-token']);
      await connector.close();
    });
  });

  describe('the OPA connector and its OPA', () => {
    afterEach(async () => {
      for (const { opa, service } of stages.splice(0)) {
        await opa.stop();
        await service.close();
      }
    });

    it('takes a bundle back that OPA does not activate, and says what OPA said', async () => {
      const on = await stage({ keyId: ours.keyId, privateKeyPem: makeSigningKey() });
      const connector = connect(on);
      const error = await connector.apply({ artifact: strict, isolations: [] }, 'k/1').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'effect-unverified', help: expect.stringMatching(/OPA says: .*verif/su) });
      const left = on.service.puts.at(-1);
      expect(left?.revision).not.toBe(on.service.puts[0]?.revision);
      await connector.close();
    });

    it('waits for an OPA that hangs for a moment', async () => {
      const on = await stage();
      const connector = connect(on, { activationTimeoutMs: 10_000 });
      await connector.apply({ artifact: shut, isolations: [] }, 'k/1');
      on.opa.freeze();
      const applying = connector.apply({ artifact: strict, isolations: [] }, 'k/2', { timeoutMs: 10_000 });
      setTimeout(() => on.opa.thaw(), 700);
      expect((await applying).observed).toMatchObject({ artifactDigest: strict.digest, intact: true });
      await connector.close();
    });

    it('goes on with the last bundle when OPA is killed while the bundle service is away', async () => {
      const on = await stage();
      const connector = connect(on);
      await connector.apply({ artifact: strict, isolations: [{ key: 'r/i/1', addresses: ['10.9.0.4'], allow: [] }] }, 'k/1');
      await on.service.close();
      await on.opa.restart();
      expect(await connector.observe()).toMatchObject({ artifactDigest: strict.digest, isolationKeys: ['r/i/1'], intact: true });
      expect((await connector.probe(payments[4])).decision).toBe('allow');
      await connector.close();
    });

    it('says that OPA is away, that the token is wrong and that the secret is missing, and never says the token', async () => {
      const on = await stage();
      const secretToken = 'do-not-tell-0123456789';
      const wrong = connect(on, {}, secretToken);
      const errors = [
        await wrong.observe().catch((error: unknown) => error),
        await connect(on, { tokenSecret: 'nowhere' })
          .observe()
          .catch((error: unknown) => error),
      ];
      await on.opa.stop();
      errors.push(
        await connect(on, {}, secretToken)
          .observe()
          .catch((error: unknown) => error),
      );
      expect(errors).toMatchObject([
        { code: 'enforcement-point-refused' },
        { code: 'enforcement-point-refused' },
        { code: 'enforcement-point-unreachable' },
      ]);
      for (const error of errors)
        expect(`${(error as Error).stack} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(secretToken);
    });

    it('asks hundreds of decisions a second', async () => {
      const on = await stage();
      const connector = connect(on);
      await connector.apply({ artifact: strict, isolations: [] }, 'k/1');
      const startedAt = Date.now();
      const outcomes =
        (await connector.probeMany?.(
          Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? payments[4] : request('10.9.0.4', '10.2.0.5', index))),
        )) ?? [];
      expect(outcomes.map(({ probe }) => probe?.decision)).toEqual(
        Array.from({ length: 500 }, (_, index) => (index % 2 === 0 ? 'allow' : 'deny')),
      );
      expect(Date.now() - startedAt).toBeLessThan(5000);
      await connector.close();
    });
  });
});

/** Changes the archive's text without touching its lengths. */
function rewritten(change: (tar: string) => string) {
  const bundle = bundleOf(ours);
  const tar = gunzipSync(bundle.bytes).toString('latin1');
  const changed = change(tar);
  expect(changed).not.toBe(tar);
  expect(changed.length).toBe(tar.length);
  return { ...bundle, bytes: new Uint8Array(gzipSync(Buffer.from(fixedChecksums(changed), 'latin1'))) };
}

/** A header that was changed needs its checksum again: the sum of its bytes, with the checksum's own field as blanks. */
function fixedChecksums(tar: string): string {
  const buffer = Buffer.from(tar, 'latin1');
  for (let start = 0; start + 512 <= buffer.length; start += 512) {
    const header = buffer.subarray(start, start + 512);
    if (header.toString('latin1', 257, 262) !== 'ustar') continue;
    header.fill(32, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return buffer.toString('latin1');
}
