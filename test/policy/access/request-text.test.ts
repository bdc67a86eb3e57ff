import { expect, it } from '@jest/globals';
import { printAccessRequest } from '../../../domain/policy/access/request-text.ts';

it('says entities and addresses in a context as people write them', () => {
  const context = {
    ip: { __extn: { fn: 'ip', arg: '10.0.0.1' } },
    boss: { __entity: { type: 'user', id: 'ann' } },
    session: { kind: 'shell' },
    tags: ['a'],
    mfa: true,
  };
  expect(printAccessRequest({ kind: 'access', principal: 'user:bob', action: 'read', resource: 'document:x', context })).toBe(
    'user:bob read document:x with ip 10.0.0.1, boss user:ann, session {"kind":"shell"}, tags ["a"], mfa true',
  );
});
