import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { extract, list } from 'tar';
import { packArchive } from '../../../connectors/opa/archive.ts';
import { buildBundle } from '../../../connectors/opa/bundle.ts';
import { opaConfig } from '../../../connectors/opa/config.ts';
import { openConnector } from '../../../connectors/open.ts';
import { everyServed, servedAccess, servedConnections } from '../../../connectors/opa/served.ts';
import { makeSigningKey, publicKeyOf } from '../../../connectors/opa/signing-key.ts';
import { artifacts } from '../policies.ts';

const key = { keyId: 'edict-1', privateKeyPem: makeSigningKey() };
const { strict } = artifacts('rego');
const applied = {
  artifact: strict.digest,
  key: 'k/1',
  isolations: [{ key: 'r/i/1', addresses: ['10.0.0.7'], allow: [] }],
  before: { artifact: undefined, isolations: [] },
};

function unpack(bytes: Uint8Array): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'edict-bundle-'));
  try {
    const file = join(folder, 'bundle.tar.gz');
    writeFileSync(file, bytes);
    const paths: string[] = [];
    list({ file, sync: true, onReadEntry: (entry) => void paths.push(entry.path) });
    extract({ file, cwd: folder, sync: true });
    return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a bundle', () => {
  it('holds the policy as it was proved, the isolations, and what it is', () => {
    const { bytes, revision } = buildBundle({ served: servedConnections, artifact: strict, applied, key });
    const files = unpack(bytes);
    expect(files['policy.rego']).toBe(strict.files['policy.rego']);
    expect(JSON.parse(files['.manifest'] ?? '')).toEqual({ revision, roots: servedConnections.roots, rego_version: 1 });
    const { edict } = JSON.parse(files['data.json'] ?? '') as {
      edict: { isolations: unknown; rules: unknown; state: { applied: unknown } };
    };
    expect(edict.isolations).toEqual([{ key: 'r/i/1', addresses: ['10.0.0.7/32'], allow: [] }]);
    expect(edict.rules).toEqual((JSON.parse(strict.files['data.json'] ?? '') as typeof edict & { edict: { rules: unknown } }).edict.rules);
    expect(edict.state.applied).toMatchObject({ artifact: strict.digest, key: 'k/1' });
  });

  it('has one revision for one content and key, and another for another', () => {
    const revisionOf = (change: object) =>
      buildBundle({ served: servedConnections, artifact: strict, applied: { ...applied, ...change }, key }).revision;
    expect(revisionOf({})).toBe(revisionOf({}));
    expect(new Set([revisionOf({}), revisionOf({ key: 'k/2' }), revisionOf({ isolations: [] })]).size).toBe(3);
  });

  it('is signed over every file but the signature', () => {
    const files = unpack(buildBundle({ served: servedConnections, artifact: strict, applied, key }).bytes);
    const { signatures } = JSON.parse(files['.signatures.json'] ?? '') as { signatures: string[] };
    const [header = '', claims = '', signature = ''] = (signatures[0] ?? '').split('.');
    const publicKey = createPublicKey(publicKeyOf(key.privateKeyPem));
    const valid = (signed: string) =>
      verify('sha256', Buffer.from(signed), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    expect([valid(`${header}.${claims}`), valid(`${header}.x${claims}`)]).toEqual([true, false]);
    expect(JSON.parse(String(Buffer.from(header, 'base64url')))).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'edict-1' });
    const signed = (JSON.parse(String(Buffer.from(claims, 'base64url'))) as { files: { name: string }[] }).files.map(({ name }) => name);
    expect(signed.toSorted()).toEqual(
      Object.keys(files)
        .filter((name) => name !== '.signatures.json')
        .toSorted(),
    );
  });

  it('of access holds the rules and a record, and no isolations', () => {
    const artifact = servedAccess.empty();
    const empty = { artifact: artifact.digest, isolations: [], key: 'k/1', before: { artifact: undefined, isolations: [] } };
    const files = unpack(buildBundle({ served: servedAccess, artifact, applied: empty, key }).bytes);
    expect(files['policy.rego']).toBe(artifact.files['policy.rego']);
    const { edict } = JSON.parse(files['data.json'] ?? '') as { edict: object };
    expect(Object.keys(edict).toSorted()).toEqual(['authorization', 'authorization_state']);
  });

  it('shares no root with another that the same OPA serves: OPA would take neither', () => {
    const roots = everyServed.map((served) => served.roots.map((root) => `${root}/`));
    const [one = [], other = []] = roots;
    for (const root of one) for (const each of other) expect(root.startsWith(each) || each.startsWith(root)).toBe(false);
  });

  it('is not made of an artifact that is none', () => {
    expect(() => buildBundle({ served: servedConnections, artifact: { ...strict, files: {} }, applied, key })).toThrow(
      expect.objectContaining({ code: 'artifact-unreadable' }),
    );
  });

  it('packs files of any size, the same bytes for the same files', () => {
    const files = { 'a/b.json': '{}', empty: '', exact: 'x'.repeat(512), 'long.txt': 'é'.repeat(5000) };
    expect(unpack(packArchive(files))).toEqual(files);
    expect(packArchive(files)).toEqual(packArchive(Object.fromEntries(Object.entries(files).toReversed())));
  });
});

describe('OPA’s configuration', () => {
  const input = { apiUrl: 'http://127.0.0.1:8600', bundleToken: 't', point: 'opa-1', keyId: 'edict-1', persistenceDir: '/var/lib/opa' };

  it('verifies by a named key, for each kind of key', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(opaConfig({ ...input, publicKeyPem: publicKeyOf(key.privateKeyPem) })).toMatchObject({
      bundles: { edict: { resource: 'bundles/opa-1', persist: true, signing: { keyid: 'edict-1' } } },
      keys: { 'edict-1': { algorithm: 'ES256' } },
    });
    const both = opaConfig({ ...input, accessPoint: 'access-1', publicKeyPem: publicKeyOf(key.privateKeyPem) });
    expect(both).toMatchObject({ bundles: { 'edict-access': { resource: 'bundles/access-1', signing: { keyid: 'edict-1' } } } });
    expect(opaConfig({ ...input, publicKeyPem: rsa })).toMatchObject({ keys: { 'edict-1': { algorithm: 'RS256' } } });
  });
});

describe('settings of points', () => {
  const ports = {
    artifacts: async () => undefined,
    shelf: { put: async () => undefined, get: async () => undefined },
    signingKey: async () => key,
    secret: async () => undefined,
  };

  it('are refused for a target that the kind does not take', () => {
    const settings = { url: 'http://127.0.0.1:8181' };
    for (const [kind, target] of [['opa', 'nftables'] as const, ['nftables', 'rego'] as const])
      expect(() => openConnector({ name: 'p-1', kind, target, settings }, ports)).toThrow(
        expect.objectContaining({ code: 'input-invalid', where: 'p-1' }),
      );
  });

  it.each([
    [{}, '/settings/url'],
    [{ url: 'file:///etc/passwd' }, '/settings/url'],
    [{ url: 'http://127.0.0.1:8181', token: 'written down' }, '/settings'],
  ])('are refused by their place: %j', (settings, where) => {
    expect(() => openConnector({ name: 'opa-1', kind: 'opa', settings }, ports)).toThrow(
      expect.objectContaining({ code: 'input-invalid', where }),
    );
  });
});
