import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { signWebhook, verifyWebhook } from '../../api/webhook.ts';
import { EdictError } from '../../domain/errors.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const nowMs = Date.parse('2026-11-25T12:00:00Z');
const at = nowMs / 1000;
const body = '{"kind":"beacon"}';

function message(changes: { headers?: Record<string, string | undefined>; body?: string; secret?: string | undefined } = {}) {
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(at),
    'webhook-signature': signWebhook({ id: 'msg_1', timestamp: at, body, secret }),
    ...changes.headers,
  };
  return { headers, body: Buffer.from(changes.body ?? body), secrets: 'secret' in changes ? [changes.secret] : [secret], nowMs };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof EdictError ? error.code : String(error);
  }
  return 'accepted';
}

const signedAt = (timestamp: number) => ({
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signWebhook({ id: 'msg_1', timestamp, body, secret }),
});

describe('a signed webhook', () => {
  it('is accepted with the right signature, and its id is the sender’s', () => {
    expect(verifyWebhook(message())).toBe('msg_1');
  });

  it('has the signature that the specification’s own example has', () => {
    // The example of the Standard Webhooks specification and of its reference libraries' tests.
    const signature = signWebhook({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    });
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('may carry several signatures of which one is right', () => {
    const good = signWebhook({ id: 'msg_1', timestamp: at, body, secret });
    const other = signWebhook({ id: 'msg_1', timestamp: at, body, secret: 'another-secret-of-some-length' });
    expect(verifyWebhook(message({ headers: { 'webhook-signature': `${other} v1a,xyz ${good}` } }))).toBe('msg_1');
  });

  it('is accepted with each of the secrets that are valid, and with no other', () => {
    const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`, `whsec_${Buffer.alloc(32, 2).toString('base64')}`];
    const signed = (by: string) => ({
      ...message({ headers: { 'webhook-signature': signWebhook({ id: 'msg_1', timestamp: at, body, secret: by }) } }),
      secrets,
    });
    for (const one of secrets) expect(verifyWebhook(signed(one))).toBe('msg_1');
    expect(codeOf(() => verifyWebhook(signed(secret)))).toBe('signature-invalid');
    expect(codeOf(() => verifyWebhook({ ...message(), secrets: [] }))).toBe('webhook-secret-missing');
    expect(codeOf(() => verifyWebhook({ ...message(), secrets: [undefined, ''] }))).toBe('webhook-secret-missing');
  });

  it('may be signed with a secret that is plain text', () => {
    const plain = 'a-plain-secret-of-some-length';
    const headers = { 'webhook-signature': signWebhook({ id: 'msg_1', timestamp: at, body, secret: plain }) };
    expect(verifyWebhook(message({ headers, secret: plain }))).toBe('msg_1');
  });

  it.each([
    ['no secret', { secret: undefined }, 'webhook-secret-missing'],
    ['an empty secret', { secret: '' }, 'webhook-secret-missing'],
    ['no id', { headers: { 'webhook-id': undefined } }, 'signature-missing'],
    ['no timestamp', { headers: { 'webhook-timestamp': undefined } }, 'signature-missing'],
    ['no signature', { headers: { 'webhook-signature': undefined } }, 'signature-missing'],
    ['an empty signature', { headers: { 'webhook-signature': '' } }, 'signature-missing'],
    ['another signature', { headers: { 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` } }, 'signature-invalid'],
    ['a signature that is no base64', { headers: { 'webhook-signature': 'v1,????' } }, 'signature-invalid'],
    [
      'a signature of another version',
      { headers: { 'webhook-signature': signWebhook({ id: 'msg_1', timestamp: at, body, secret }).replace('v1', 'v2') } },
      'signature-invalid',
    ],
    ['a changed body', { body: '{"kind":"other"}' }, 'signature-invalid'],
    ['a changed id', { headers: { 'webhook-id': 'msg_2' } }, 'signature-invalid'],
    ['a changed timestamp', { headers: { 'webhook-timestamp': String(at + 1) } }, 'signature-invalid'],
    ['a timestamp that is six minutes old', { headers: signedAt(at - 360) }, 'signal-too-old'],
    ['a timestamp that is six minutes ahead', { headers: signedAt(at + 360) }, 'signal-too-old'],
  ])('is refused with %s', (_, changes, code) => {
    expect(codeOf(() => verifyWebhook(message(changes)))).toBe(code);
  });

  it('is refused with a timestamp that is no number, however it is signed', () => {
    const timestamp = 'soon';
    const headers = {
      'webhook-timestamp': timestamp,
      'webhook-signature': signWebhook({ id: 'msg_1', timestamp: timestamp as unknown as number, body, secret }),
    };
    expect(codeOf(() => verifyWebhook(message({ headers })))).toBe('signal-too-old');
  });

  it('is accepted just inside of the five minutes', () => {
    expect(verifyWebhook(message({ headers: signedAt(at - 299) }))).toBe('msg_1');
    expect(verifyWebhook(message({ headers: signedAt(at + 299) }))).toBe('msg_1');
  });

  it('is refused whatever byte of its body is changed', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = Buffer.from(body);
        changed[place] = (changed[place] ?? 0) ^ change;
        expect(codeOf(() => verifyWebhook({ ...message(), body: changed }))).toBe('signature-invalid');
      }),
    );
  });
});
