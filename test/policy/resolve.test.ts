import { describe, expect, it } from '@jest/globals';
import { anyAddress, parseAddresses, printCidrs } from '../../domain/policy/addresses.ts';
import { intersect, union } from '../../domain/policy/intervals.ts';
import { resolver, selectorsOf } from '../../domain/policy/resolve.ts';
import { smallInventory } from './arbitrary.ts';

const resolve = resolver(smallInventory);

describe('selectors', () => {
  it.each([
    ['asset:ws-17', ['10.1.0.17/32']],
    ['service:payments', ['10.2.0.10/31', '2001:db8:2::10/128']],
    ['group:admin', ['10.1.0.17/32', '192.0.2.10/32', '2001:db8:9::10/128']],
    ['zone:office', ['10.1.0.0/16', '2001:db8:1::/48']],
    ['zone:dmz', ['192.0.2.10/32', '2001:db8:9::10/128']],
    ['10.0.0.4-10.0.0.7', ['10.0.0.4/30']],
  ])('`%s` is what the inventory says', (selector, cidrs) => {
    expect(printCidrs(resolve(selector))).toEqual(cidrs);
  });

  it('takes for the internet all that no other zone and no asset holds', () => {
    const held = union(resolve('zone:office'), resolve('zone:servers'), resolve('asset:bastion'));
    expect(intersect(resolve('zone:internet'), held)).toEqual([]);
    expect(union(resolve('zone:internet'), held)).toEqual(anyAddress);
  });

  it('takes the internet as the inventory gives it, where it does', () => {
    const given = resolver({ assets: [], zones: [{ name: 'internet', cidrs: ['198.51.100.0/24'] }] });
    expect(given('zone:internet')).toEqual(parseAddresses('198.51.100.0/24'));
  });

  it.each([
    ['service:paymnets', '`service:payments`'],
    ['zone:ofice', '`zone:office`'],
    ['group:payments', '`service:payments`'],
    ['any ', '`any`'],
  ])('knows no `%s`, and says what it may have meant', (selector, meant) => {
    expect(() => resolve(selector)).toThrow(expect.objectContaining({ code: 'policy-name-unknown', help: expect.stringContaining(meant) }));
  });

  it.each(['__proto__', 'asset:__proto__', 'group:constructor', 'zone:toString', 'asset:', 'nonsense'])(
    'knows no `%s` either',
    (selector) => {
      expect(() => resolve(selector)).toThrow(expect.objectContaining({ code: 'policy-name-unknown' }));
    },
  );

  it('will not take a zone that holds nothing for anything', () => {
    expect(() => resolver({ assets: [], zones: [{ name: 'empty', cidrs: [] }] })('zone:empty')).toThrow(
      expect.objectContaining({ code: 'policy-name-unknown' }),
    );
  });

  it('says where an inventory holds what is no address', () => {
    expect(() => resolver({ assets: [], zones: [{ name: 'bad', cidrs: ['10.0.0.0/99'] }] })).toThrow(
      expect.objectContaining({ code: 'inventory-invalid', where: 'zone `bad`' }),
    );
  });

  it('lists every name', () => {
    expect(selectorsOf(smallInventory)).toEqual(expect.arrayContaining(['zone:internet', 'service:web', 'group:admin', 'asset:db-1']));
  });
});
