/**
 * An OpenID provider as a process: whoever gives a name at its form is signed in, with the claims of that account. Its settings come as JSON in
 * PROVIDER: port, redirect address, accounts and the seed of its key, so that another process on the same port has another key.
 */
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

type Settings = {
  readonly port: number;
  readonly origin: string;
  readonly key: string;
  readonly accounts: { readonly [id: string]: { readonly [claim: string]: unknown } };
};

const { port, origin, key, accounts } = JSON.parse(process.env['PROVIDER'] ?? '') as Settings;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = { ...privateKey.export({ format: 'jwk' }), kid: key, use: 'sig', alg: 'RS256' };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'edict',
      client_secret: 'the-secret-of-the-client',
      redirect_uris: [`${origin}/v1/sign-in/oidc/callback`],
      post_logout_redirect_uris: [`${origin}/sign-in`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
  findAccount: (_ctx: unknown, id: string) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) }),
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client?.clientId ?? '', accountId: ctx.oidc.session?.accountId ?? '' });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  jwks: { keys: [signing] },
  cookies: { keys: ['of-the-provider'] },
  pkce: { required: () => true },
});
provider.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
