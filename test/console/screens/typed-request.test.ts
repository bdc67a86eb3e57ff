/** What is typed into a test of a point, as the request that is sent. */
import { expect, it } from '@jest/globals';
import { emptyTyped, requestOf } from '../../../console/screens/points/typed-request.ts';

const connection = { ...emptyTyped, from: ' 10.4.0.17 ', to: '10.2.0.5', port: '5432' };
const access = { ...emptyTyped, kind: 'access' as const, principal: 'user:ann', action: 'read', resource: 'document:plan' };

it('is a request once all is there, without the blanks around it', () => {
  expect(requestOf(connection)).toEqual({ kind: 'network', from: '10.4.0.17', to: '10.2.0.5', protocol: 'tcp', port: 5432 });
  expect(requestOf(access)).toEqual({ kind: 'access', principal: 'user:ann', action: 'read', resource: 'document:plan' });
  expect(
    requestOf({ ...emptyTyped, kind: 'ai', principal: 'user:ann', model: 'small', purpose: 'support', context: '{ "mfa": true }' }),
  ).toEqual({
    kind: 'ai',
    principal: 'user:ann',
    model: 'small',
    purpose: 'support',
    context: { mfa: true },
  });
});

it.each([
  ['an address', { ...connection, to: ' ' }],
  ['a port', { ...connection, port: '' }],
  ['a resource', { ...access, resource: '' }],
  ['circumstances that are JSON', { ...access, context: '{ mfa' }],
  ['circumstances that are an object', { ...access, context: '[1]' }],
])('is none without %s', (_, typed) => {
  expect(requestOf(typed)).toBeUndefined();
});
