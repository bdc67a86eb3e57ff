import { describe, expect, it } from '@jest/globals';
import { decideAccess, prepareAccess } from '../../../../domain/policy/access/decide.ts';
import { parseExactJson } from '../../../../domain/policy/targets/cedar/exact-json.ts';
import { readCedarStore } from '../../../../domain/policy/targets/cedar/store.ts';

const long = (digits: string) => ({ __extn: { fn: 'long', arg: digits } });

describe('numbers of 64 bits', () => {
  it('keep all of their digits, wherever they stand; others are as they were', () => {
    expect(parseExactJson('{"a": [9007199254740993, -9223372036854775808], "b": 7, "c": 1.5, "d": "9007199254740993"}')).toEqual({
      a: [long('9007199254740993'), long('-9223372036854775808')],
      b: 7,
      c: 1.5,
      d: '9007199254740993',
    });
    expect(() => parseExactJson('{')).toThrow(SyntaxError);
  });

  it.each([
    ['9007199254740992', 'deny'],
    ['9007199254740993', 'allow'],
    ['9007199254740994', 'deny'],
  ])('tell neighbours apart where a policy compares them: %s', (size, decision) => {
    const { rules, entities } = readCedarStore({
      policies: ['permit (principal, action, resource) when { resource.size == 9007199254740993 };'],
      entities: [parseExactJson(`[{"uid": {"type": "Doc", "id": "d"}, "attrs": {"size": ${size}}, "parents": []}]`)],
    });
    const decider = prepareAccess(
      rules.map((rule) => ({ id: rule.id, rule })),
      { assets: [], zones: [], entities },
    );
    const request = { kind: 'access', principal: 'User:a', action: 'Action:read', resource: 'Doc:d', context: {} } as const;
    expect(decideAccess(decider, request).decision).toBe(decision);
  });

  it('are refused beyond 64 bits', () => {
    const { rules, entities } = readCedarStore({
      policies: ['permit (principal, action, resource) when { resource.size > 0 };'],
      entities: [parseExactJson('[{"uid": {"type": "Doc", "id": "d"}, "attrs": {"size": 9223372036854775808}, "parents": []}]')],
    });
    const prepared = () =>
      decideAccess(
        prepareAccess(
          rules.map((rule) => ({ id: rule.id, rule })),
          { assets: [], zones: [], entities },
        ),
        { kind: 'access', principal: 'User:a', action: 'Action:read', resource: 'Doc:d', context: {} },
      );
    expect(prepared).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });
});
