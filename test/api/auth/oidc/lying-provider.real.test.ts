/** A provider whose ID tokens do not hold, one lie at a time; the same provider without a lie is believed. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { begin, finish, journeyOf } from '../../../../api/auth/oidc/journey.ts';
import type { OidcSettings } from '../../../../api/auth/oidc/oidc-settings.ts';

type Lie = {
  readonly header?: object;
  readonly claims?: (claims: Record<string, unknown>) => object;
  readonly key?: 'other';
  readonly cut?: boolean;
};

const nowSeconds = () => Math.floor(Date.now() / 1000);
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an ID token', () => {
  const [own, other] = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('rsa', { modulusLength: 2048 })];
  let server: Server;
  let issuer: string;
  let lie: Lie = {};
  let nonce = '';

  const idToken = (): string => {
    const claims = {
      iss: issuer,
      sub: 'anna',
      aud: 'edict',
      iat: nowSeconds(),
      exp: nowSeconds() + 300,
      auth_time: nowSeconds(),
      nonce,
      email: 'a@b.c',
      groups: [],
      email_verified: true,
    };
    const text = `${encode({ alg: 'RS256', kid: 'k', ...lie.header })}.${encode(lie.claims?.(claims) ?? claims)}`;
    const { privateKey } = lie.key === 'other' ? other : own;
    return `${text}.${lie.cut === true ? '' : createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  };
  const answerFor = (path: string): object => {
    if (path === '/jwks') return { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] };
    if (path === '/token') return { access_token: 'a', token_type: 'Bearer', id_token: idToken() };
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answerFor(request.url ?? '')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const arrive = async (told: Lie, stepUp = false): Promise<string> => {
    lie = told;
    const settings: OidcSettings = {
      issuer,
      clientId: 'edict',
      clientSecret: 's',
      name: 'n',
      redirectUri: 'https://edict.example.org/v1/sign-in/oidc/callback',
      scope: 'openid',
      personClaim: 'email',
      rolesClaim: 'groups',
      roles: undefined,
      createPeople: false,
      allowHttp: true,
    };
    const { url, cookie } = await begin(settings, { to: '/', stepUp });
    nonce = new URL(url).searchParams.get('nonce') ?? '';
    const state = new URL(url).searchParams.get('state') ?? '';
    return finish(settings, journeyOf(cookie), `?code=c&state=${state}`).then(
      ({ sub }) => sub,
      (error: unknown) => (error as { code: string }).code,
    );
  };
  const also = (more: object) => ({ claims: (claims: Record<string, unknown>) => ({ ...claims, ...more }) });
  const without = (name: string) => ({
    claims: (claims: Record<string, unknown>) => Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name)),
  });

  it('that holds is believed, and clocks may differ a little', async () => {
    expect(await arrive({})).toBe('anna');
    expect(await arrive(also({ iat: nowSeconds() + 40, exp: nowSeconds() + 100 }))).toBe('anna');
    expect(await arrive(also({ exp: nowSeconds() - 40 }))).toBe('anna');
    expect(await arrive({}, true)).toBe('anna');
  });

  it.each<readonly [string, Lie]>([
    ['of another issuer', also({ iss: 'http://127.0.0.1:1' })],
    ['for somebody else', also({ aud: 'other' })],
    ['for two, made for the other', also({ aud: ['edict', 'other'], azp: 'other' })],
    ['with another nonce', also({ nonce: 'other' })],
    ['without a nonce', without('nonce')],
    ['that has expired', also({ exp: nowSeconds() - 100 })],
    ['without an end', without('exp')],
    ['without a subject', without('sub')],
    ['signed by another key', { key: 'other' }],
    ['with an unknown key', { header: { kid: 'x' } }],
    ['with no signature', { header: { alg: 'none' }, cut: true }],
    ['signed by our own secret', { header: { alg: 'HS256' } }],
  ])('%s is refused', async (_, told) => {
    expect(await arrive(told)).toBe('identity-refused');
  });

  it.each<readonly [string, Lie]>([
    ['from long ago', also({ auth_time: nowSeconds() - 1000 })],
    ['that does not say when', without('auth_time')],
  ])('%s proves nothing once more', async (_, told) => {
    expect(await arrive(told, true)).toBe('identity-refused');
  });
});
