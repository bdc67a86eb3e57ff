/**
 * What a signature of CACAO 2.0 signs (§10.15 of the specification): the playbook with this signature
 * alone, without its `value`, as RFC 8785 canonical JSON, hashed; the signed message is that hash in lowercase hex. Pure: the
 * check of the signature itself is cli/cacao/verify.ts.
 */
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from '../../digest.ts';
import { EdictError } from '../../errors.ts';
import type { CacaoPlaybook, CacaoSignature } from './model.ts';

const hashes: { readonly [algorithm: string]: (bytes: Uint8Array) => Uint8Array } = {
  'sha-256': sha256,
  'sha-384': sha384,
  'sha-512': sha512,
};

/** The text whose bytes were signed. A countersignature came later and is no part of it. Throws `signature-invalid`. */
export function signedText(playbook: CacaoPlaybook, signature: CacaoSignature): string {
  const hash = Object.hasOwn(hashes, signature.hash_algorithm) ? hashes[signature.hash_algorithm] : undefined;
  if (hash === undefined)
    throw new EdictError('signature-invalid', `hash algorithm \`${signature.hash_algorithm}\` is not accepted`, {
      expected: Object.keys(hashes).join(', '),
    });
  const { value: _value, signature: _counter, ...bare } = signature;
  return bytesToHex(hash(utf8ToBytes(canonicalJson({ ...playbook, signatures: [bare] }))));
}

/** Why a signature does not hold at this time, whatever its mathematics say; undefined where it may. */
export function signatureProblem(playbook: CacaoPlaybook, signature: CacaoSignature, atMs: number): string | undefined {
  if (signature.revoked === true) return 'the signature is revoked';
  if (signature.related_to !== playbook.id) return `the signature is of \`${signature.related_to}\``;
  if (signature.related_version !== playbook.modified) return `the signature is of version \`${signature.related_version}\``;
  if (signature.valid_from !== undefined && !(Date.parse(signature.valid_from) <= atMs))
    return `the signature is valid from \`${signature.valid_from}\``;
  if (signature.valid_until !== undefined && !(Date.parse(signature.valid_until) > atMs))
    return `the signature was valid until \`${signature.valid_until}\``;
  return undefined;
}
