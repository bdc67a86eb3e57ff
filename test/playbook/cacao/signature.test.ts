import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { verifyCacao } from '../../../cli/cacao/verify.ts';
import { canonicalJson, digestOfText } from '../../../domain/digest.ts';
import { cacaoId } from '../../../domain/playbook/cacao/extensions.ts';
import type { CacaoPlaybook, CacaoSignature } from '../../../domain/playbook/cacao/model.ts';
import { at, chain, fixtures } from './documents.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const bare = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

type Keys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** Signed by the words of the specification, not by the code under test. */
function signed(keys: Keys, algorithm: string, more: Partial<CacaoSignature> = {}, document: CacaoPlaybook = chain()): CacaoPlaybook {
  const { signatures = [], ...playbook } = document;
  const unsigned = {
    type: 'jss' as const,
    id: cacaoId('jss', algorithm),
    created: at,
    modified: at,
    signee: 'SOC',
    related_to: playbook.id,
    related_version: playbook.modified,
    hash_algorithm: 'sha-256',
    algorithm,
    public_key: bare(keys.publicKey),
    ...more,
  };
  const hex = digestOfText(canonicalJson({ ...playbook, signatures: [unsigned] })).slice('sha256:'.length);
  const value = sign(algorithm === 'Ed25519' ? null : 'sha256', Buffer.from(hex), keys.privateKey).toString('base64url');
  return { ...playbook, signatures: [...signatures, { ...unsigned, value }] };
}

const reasonsOf = (document: CacaoPlaybook, key: KeyObject): readonly (string | undefined)[] =>
  verifyCacao(document, pemOf(key), now).map(({ valid, reason }) => (valid ? 'valid' : reason));

describe('signatures of CACAO', () => {
  it('RS256 and Ed25519 hold with their keys', () => {
    expect(reasonsOf(signed(rsa, 'RS256'), rsa.publicKey)).toEqual(['valid']);
    expect(reasonsOf(signed(ed, 'Ed25519'), ed.publicKey)).toEqual(['valid']);
  });

  it('one more signature leaves the first as it is', () => {
    const twice = signed(ed, 'Ed25519', {}, signed(rsa, 'RS256'));
    expect(reasonsOf(twice, rsa.publicKey)).toEqual(['valid', 'algorithm `Ed25519` needs a key of type ed25519']);
    expect(reasonsOf(twice, ed.publicKey)).toEqual(['algorithm `RS256` needs a key of type rsa', 'valid']);
  });

  it('a change of anything in the document, or in the signature, is found', () => {
    const document = signed(rsa, 'RS256');
    const [signature] = document.signatures ?? [];
    if (!signature) throw new Error('not signed');
    const broken = 'the signature does not fit the document and the key';
    expect(reasonsOf({ ...document, name: 'Another' }, rsa.publicKey)).toEqual([broken]);
    expect(reasonsOf({ ...document, workflow: {} }, rsa.publicKey)).toEqual([broken]);
    expect(reasonsOf({ ...document, signatures: [{ ...signature, signee: 'Somebody' }] }, rsa.publicKey)).toEqual([broken]);
    const value = `${signature.value.startsWith('A') ? 'B' : 'A'}${signature.value.slice(1)}`;
    expect(reasonsOf({ ...document, signatures: [{ ...signature, value }] }, rsa.publicKey)).toEqual([broken]);
  });

  it('the order of keys and the spaces of the file do not matter', () => {
    const document = signed(ed, 'Ed25519');
    const turned = Object.fromEntries(Object.entries(document).toReversed()) as CacaoPlaybook;
    expect(reasonsOf(JSON.parse(JSON.stringify(turned, null, 4)) as CacaoPlaybook, ed.publicKey)).toEqual(['valid']);
  });

  it.each<[string, Partial<CacaoSignature>, string]>([
    ['revoked', { revoked: true }, 'the signature is revoked'],
    ['of another playbook', { related_to: cacaoId('playbook', 'other') }, `the signature is of \`${cacaoId('playbook', 'other')}\``],
    ['of another version', { related_version: '2020-01-01T00:00:00Z' }, 'the signature is of version `2020-01-01T00:00:00Z`'],
    ['not valid yet', { valid_from: '2026-07-01T00:00:00Z' }, 'the signature is valid from `2026-07-01T00:00:00Z`'],
    ['not valid any more', { valid_until: '2026-05-01T00:00:00Z' }, 'the signature was valid until `2026-05-01T00:00:00Z`'],
    [
      'by another key',
      { public_key: bare(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey) },
      'the signature names another key',
    ],
    ['with a hash that is broken', { hash_algorithm: 'sha-1' }, 'hash algorithm `sha-1` is not accepted'],
  ])('one that is %s does not hold', (_, more, reason) => {
    expect(reasonsOf(signed(rsa, 'RS256', more), rsa.publicKey)).toEqual([reason]);
  });

  it.each(['none', 'HS256', 'ES256', 'constructor', 'rs256'])('algorithm %s is not accepted', (algorithm) => {
    const document = signed(rsa, 'RS256');
    const renamed = { ...document, signatures: (document.signatures ?? []).map((one) => ({ ...one, algorithm })) };
    expect(reasonsOf(renamed, rsa.publicKey)).toEqual([expect.stringContaining('is not accepted')]);
  });

  it('a short RSA key is not accepted, and what is no key is refused', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(reasonsOf(signed(short, 'RS256'), short.publicKey)).toEqual(['an RSA key needs 2048 bits']);
    expect(() => verifyCacao(chain(), 'not a key', now)).toThrow(expect.objectContaining({ code: 'input-invalid' }));
  });

  it('canonical JSON writes numbers and keys as RFC 8785 says', () => {
    expect(
      canonicalJson({
        b: [1e21, 1e-7, 4.5, 2e-3, 1e-27, -0, 333333333.3333333, 9007199254740992],
        '\u20ac': 1,
        '\r': 2,
        a: '\u000f\n\u20ac"\\/',
      }),
    ).toBe('{"\\r":2,"a":"\\u000f\\n€\\"\\\\/","b":[1e+21,1e-7,4.5,0.002,1e-27,0,333333333.3333333,9007199254740992],"€":1}');
  });
});

describe('known answers, made by other programs', () => {
  const read = (name: string): string => readFileSync(join(fixtures, 'signed', name), 'utf8');
  const document = JSON.parse(read('known-answers.json')) as CacaoPlaybook;
  const checked = (key: string, given = document) =>
    Object.fromEntries(verifyCacao(given, read(key), now).map(({ algorithm, valid }) => [algorithm, valid]));

  it('hold with their keys, RSA and Ed25519', () => {
    expect(checked('rsa.pem')).toEqual({ RS256: true, RS512: true, PS256: true, Ed25519: false });
    expect(checked('ed25519.pem')).toEqual({ RS256: false, RS512: false, PS256: false, Ed25519: true });
  });

  it('hold of nothing else', () => {
    const other = { ...document, description: `${document.description} ` };
    expect(Object.values({ ...checked('rsa.pem', other), ...checked('ed25519.pem', other) })).not.toContain(true);
  });
});
