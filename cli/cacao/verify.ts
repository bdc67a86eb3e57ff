/** Checks signatures of CACAO 2.0 with a key that the user trusts. Asymmetric algorithms only; the key decides, never what the document says of itself. */
import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { EdictError } from '../../domain/errors.ts';
import type { CacaoPlaybook, CacaoSignature } from '../../domain/playbook/cacao/model.ts';
import { signatureProblem, signedText } from '../../domain/playbook/cacao/signature.ts';

export type SignatureCheck = {
  readonly id: string;
  readonly signee: string;
  readonly algorithm: string;
  readonly valid: boolean;
  readonly reason?: string;
};

type Algorithm = { readonly key: KeyObject['asymmetricKeyType']; readonly digest: string | null; readonly padding?: number };

const pss = constants.RSA_PKCS1_PSS_PADDING;
const algorithms: { readonly [name: string]: Algorithm } = {
  RS256: { key: 'rsa', digest: 'sha256', padding: constants.RSA_PKCS1_PADDING },
  RS384: { key: 'rsa', digest: 'sha384', padding: constants.RSA_PKCS1_PADDING },
  RS512: { key: 'rsa', digest: 'sha512', padding: constants.RSA_PKCS1_PADDING },
  PS256: { key: 'rsa', digest: 'sha256', padding: pss },
  PS384: { key: 'rsa', digest: 'sha384', padding: pss },
  PS512: { key: 'rsa', digest: 'sha512', padding: pss },
  Ed25519: { key: 'ed25519', digest: null },
};
const shortestRsaBits = 2048;

/** One result a signature; none where there is none. Throws `input-invalid` where the key is no public key. */
export function verifyCacao(playbook: CacaoPlaybook, pem: string, atMs: number): readonly SignatureCheck[] {
  const key = readKey(pem);
  return (playbook.signatures ?? []).map((signature) => {
    const reason = problemOf(playbook, signature, key, atMs);
    const { id, signee, algorithm } = signature;
    return { id, signee, algorithm, valid: reason === undefined, ...(reason === undefined ? {} : { reason }) };
  });
}

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new EdictError('input-invalid', 'the key cannot be read', { expected: 'a public key or certificate in PEM', cause });
  }
}

function problemOf(playbook: CacaoPlaybook, signature: CacaoSignature, key: KeyObject, atMs: number): string | undefined {
  const name = signature.algorithm;
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
  if (algorithm === undefined) return `algorithm \`${name}\` is not accepted; accepted are ${Object.keys(algorithms).join(', ')}`;
  if (key.asymmetricKeyType !== algorithm.key) return `algorithm \`${name}\` needs a key of type ${algorithm.key}`;
  if (algorithm.key === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < shortestRsaBits)
    return `an RSA key needs ${shortestRsaBits} bits`;
  if (signature.public_key !== undefined && !namesKey(signature.public_key, key)) return 'the signature names another key';
  if (!/^[A-Za-z0-9_-]+$/.test(signature.value)) return 'the value is not base64url';
  const problem = signatureProblem(playbook, signature, atMs);
  if (problem !== undefined) return problem;
  return checks(playbook, signature, key, algorithm);
}

function checks(playbook: CacaoPlaybook, signature: CacaoSignature, key: KeyObject, { digest, padding }: Algorithm): string | undefined {
  const message = textOrProblem(playbook, signature);
  if (message.problem !== undefined) return message.problem;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const options = padding === undefined ? key : { key, padding, ...(padding === pss ? { saltLength } : {}) };
  const holds = verify(digest, Buffer.from(message.text, 'utf8'), options, Buffer.from(signature.value, 'base64url'));
  return holds ? undefined : 'the signature does not fit the document and the key';
}

function textOrProblem(
  playbook: CacaoPlaybook,
  signature: CacaoSignature,
): { readonly text: string; readonly problem?: undefined } | { readonly problem: string } {
  try {
    return { text: signedText(playbook, signature) };
  } catch (error) {
    if (error instanceof EdictError) return { problem: error.message };
    throw error;
  }
}

/** `public_key` is the PEM form without header and footer. */
function namesKey(text: string, key: KeyObject): boolean {
  const mine = key.export({ type: 'spki', format: 'der' }).toString('base64');
  return text.replaceAll(/[\s=]/g, '') === mine.replaceAll('=', '');
}
