/** The key that bundles are signed with: made once for an installation, its private half never leaves the secret store. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export type SigningKey = { readonly keyId: string; readonly privateKeyPem: string };

/** A new private key (ECDSA, P-256) as PKCS #8 PEM. */
export function makeSigningKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function publicKeyOf(privateKeyPem: string): string {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }).toString();
}

/** A compact JWS (RFC 7515) over the claims: ES256 or RS256, as the key is. */
export function signClaims(claims: object, { keyId, privateKeyPem }: SigningKey): string {
  const key = createPrivateKey(privateKeyPem);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: algorithmOf(key), typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  // JWS wants the two numbers of an ECDSA signature side by side, not in DER.
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

export function algorithmOf(key: KeyObject): 'ES256' | 'RS256' {
  return key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
}
