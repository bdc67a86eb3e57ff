import { describe, expect, it } from '@jest/globals';
import { decide, prepare } from '../../domain/policy/decide.ts';
import { EdictError } from '../../domain/errors.ts';
import { prove } from '../../domain/policy/prove.ts';
import { type KnownTarget, targets } from '../../domain/policy/targets/index.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import { policyCases } from './cases.ts';

const planted = policyCases.find(({ name }) => name === 'a policy with something of everything')!;
const decider = prepare(planted.policies, planted.inventory);

/** `refuted`: a counter-example. `unreadable`: the reader will not vouch for it. `equivalent`: it decides the same all the same. */
type Fate = 'refuted' | 'unreadable' | 'equivalent';

function fateOf(target: KnownTarget, mutate: (text: string) => string, file: string): Fate {
  const { artifact, losses } = targets[target].compile(planted.policies, planted.inventory);
  const text = mutate(artifact.files[file]!);
  expect(text).not.toEqual(artifact.files[file]);
  const mutant: Artifact = { ...artifact, files: { ...artifact.files, [file]: text } };
  try {
    const { equal, counterExample } = prove(planted.policies, planted.inventory, mutant, losses);
    expect(equal).toBe(counterExample === undefined);
    if (counterExample === undefined) return 'equivalent';
    expect(counterExample.actual).not.toEqual(counterExample.expected);
    expect(decide(decider, counterExample.request).decision).toBe(counterExample.expected);
    expect(counterExample.text).toContain(counterExample.request.from);
    return 'refuted';
  } catch (error) {
    if (error instanceof EdictError && error.code === 'artifact-unreadable') return 'unreadable';
    throw error;
  }
}

const line = (pattern: RegExp, change: (found: string) => string) => (text: string) => text.replace(pattern, change);
const remove = (pattern: RegExp) => line(pattern, () => '');
const comment = (rule: string) => new RegExp(`^.*comment "planted/${rule}"\\n`, 'm');

/** Moves the first line that matches in front of the base chain's first rule. */
function moveUp(rule: string): (text: string) => string {
  return (text) => {
    const [found = ''] = comment(rule).exec(text) ?? [];
    return text.replace(found, '').replace(/(ct state established,related accept\n)/, `$1${found}`);
  };
}

const nftMutations: readonly (readonly [string, Fate, (text: string) => string])[] = [
  ['another port', 'refuted', line(/dport 5432/, () => 'dport 5433')],
  ['a wider range of ports', 'refuted', line(/dport 8000-8099/, () => 'dport 8000-8100')],
  ['a narrower range of ports', 'refuted', line(/dport 8000-8099/, () => 'dport 8001-8099')],
  ['UDP for TCP', 'refuted', line(/tcp dport 5432/, () => 'udp dport 5432')],
  ['an allow that drops', 'refuted', line(/counter accept/, () => 'counter drop')],
  ['a deny that accepts', 'refuted', line(/counter goto refuse comment "planted\/no-ssh/, () => 'counter accept comment "planted/no-ssh')],
  ['a lost allow', 'refuted', remove(comment('database'))],
  ['a lost claim', 'refuted', remove(comment('only-database'))],
  ['a lost line of one family', 'refuted', remove(/^ +ip6 saddr .*\n/m)],
  ['a wider CIDR', 'refuted', line(/elements = \{ 10\.2\.0\.5 \}/, () => 'elements = { 10.2.0.4/31 }')],
  ['a narrower CIDR', 'refuted', line(/\{ 10\.9\.0\.0\/16/, () => '{ 10.9.0.0/17')],
  ['a range that ends one later', 'refuted', line(/\{ 10\.4\.0\.10-10\.4\.0\.20/, () => '{ 10.4.0.10-10.4.0.21')],
  ['a range that begins one later', 'refuted', line(/\{ 10\.4\.0\.10-10\.4\.0\.20/, () => '{ 10.4.0.11-10.4.0.20')],
  ['an element more in a set', 'refuted', line(/elements = \{ 10\.1\.0\.10, /, (found) => `${found}10.1.0.77, `)],
  ['source for destination', 'refuted', line(/ip daddr (@\S+) tcp dport 8000/, (found) => found.replace('daddr', 'saddr'))],
  ['a claim ahead of its allow', 'refuted', moveUp('only-database')],
  ['an allow ahead of a deny', 'refuted', moveUp('web')],
  ['an exception left out', 'refuted', remove(/^ +ip saddr @\S+ return\n/m)],
  ['an exception for everybody', 'refuted', line(/^( +)ip saddr @\S+ return\n/m, () => '    return\n')],
  ['a refusal that accepts TCP', 'refuted', line(/meta l4proto tcp reject with tcp reset/, () => 'meta l4proto tcp accept')],
  ['a refusal that forgets all but TCP', 'refuted', remove(/^ +reject with icmpx admin-prohibited\n/m)],
  ['accept everything first', 'refuted', line(/(established,related accept\n)/, (found) => `${found}    counter accept\n`)],
  ['a jump that does not come back', 'refuted', line(/jump rule_/g, () => 'goto rule_')],
  [
    'a set of other addresses',
    'refuted',
    line(/ip daddr @(set_\d+)_4 counter goto refuse comment "planted\/only-database"/, (found) => found.replace(/set_\d+/, 'set_0')),
  ],
  ['a rule said twice', 'equivalent', line(comment('database'), (found) => `${found}${found}`)],
  [
    'drop for reject',
    'equivalent',
    line(/counter goto refuse comment "planted\/only-database"/, () => 'counter drop comment "planted/only-database"'),
  ],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  ['an element split in two', 'equivalent', line(/\{ 10\.9\.0\.0\/16/, () => '{ 10.9.0.0/17, 10.9.128.0/17')],
  ['another hook', 'unreadable', line(/hook forward/, () => 'hook input')],
  ['a dropping chain policy', 'unreadable', line(/policy accept/, () => 'policy drop')],
  ['another priority', 'unreadable', line(/priority filter/, () => 'priority raw')],
  ['answers not accepted', 'unreadable', remove(/^ +ct state established,related accept\n/m)],
  ['new connections accepted as answers', 'unreadable', line(/established,related accept/, () => 'established,related,new accept')],
  ['answers dropped', 'unreadable', line(/established,related accept/, () => 'established,related drop')],
  ['another table', 'unreadable', (text) => text.replaceAll('edict_policy', 'edict_politics')],
  ['a table that is not replaced', 'unreadable', remove(/^delete table.*\n/m)],
  ['a limit', 'unreadable', line(/counter accept/, () => 'limit rate 1/second counter accept')],
  ['a jump to nowhere', 'unreadable', line(/jump rule_0/, () => 'jump rule_99')],
  ['a set defined twice', 'unreadable', (text) => text.replace(/( {2}set set_0_4 \{[^}]*\}\n {2}\}\n)/, '$1$1')],
  [
    'a digest of something else',
    'unreadable',
    line(/edict artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['an octal address', 'unreadable', line(/elements = \{ 10\.2\.0\.5 \}/, () => 'elements = { 012.2.0.5 }')],
  ['an include', 'unreadable', (text) => `include "/tmp/more.nft"\n${text}`],
  ['a second table behind it', 'unreadable', (text) => `${text}table inet other {\n}\n`],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

const data = (change: (edict: any) => void) => (text: string) => {
  const value = JSON.parse(text);
  change(value.edict);
  return JSON.stringify(value);
};
const rule = (edict: any, id: string) => edict.rules.list.find((each: any) => each.id === `planted/${id}`);
const buckets = (edict: any, protocol: string) => Object.values<any>(edict.rules.index).flatMap((bucket) => bucket[protocol] ?? []);
const portsOf = (edict: any, port: string) => buckets(edict, 'tcp').filter(({ ports }) => ports[port]);
const setOf = (edict: any, id: string, side: string) => edict.rules.sets[rule(edict, id)[side]];

const regoMutations: readonly (readonly [string, Fate, (text: string) => string])[] = [
  ['another port', 'refuted', data((edict) => Object.assign(rule(edict, 'database').service, { low: 5433, high: 5433 }))],
  ['a wider range of ports, as the index does not list it', 'equivalent', data((edict) => (rule(edict, 'web').service.high = 8100))],
  ['a narrower range of ports', 'refuted', data((edict) => (rule(edict, 'web').service.low = 8001))],
  ['a port that the index forgets', 'refuted', data((edict) => delete portsOf(edict, '8050')[0].ports['8050'])],
  ['a port that the index lists for nothing', 'equivalent', data((edict) => (buckets(edict, 'tcp')[0].ports['9'] = [0]))],
  ['a network that the index forgets', 'refuted', data((edict) => delete edict.rules.index['10.2.0.5/32'])],
  ['a network in a form that is never asked for', 'unreadable', data((edict) => (edict.rules.index['10.2.0.4/31'] = {}))],
  ['a network in upper case', 'unreadable', data((edict) => (edict.rules.index['2001:DB8:2::5/128'] = {}))],
  ['UDP for TCP', 'refuted', data((edict) => (rule(edict, 'database').service.protocol = 'udp'))],
  ['an allow that denies', 'refuted', data((edict) => (rule(edict, 'database').effect = 'deny'))],
  ['a claim that allows', 'refuted', data((edict) => (rule(edict, 'only-database').effect = 'allow'))],
  ['a deny that only claims', 'refuted', data((edict) => (rule(edict, 'no-guests').effect = 'claim'))],
  ['a wider CIDR of sources', 'refuted', data((edict) => setOf(edict, 'database', 'from')[4].push('10.1.0.77/32'))],
  [
    'a wider CIDR of destinations, as the index does not list it',
    'equivalent',
    data((edict) => (setOf(edict, 'database', 'to')[4] = ['10.2.0.4/31'])),
  ],
  ['a narrower CIDR', 'refuted', data((edict) => (setOf(edict, 'no-guests', 'from')[4] = ['10.9.0.0/17']))],
  ['a family that is forgotten', 'refuted', data((edict) => (setOf(edict, 'database', 'to')[6] = []))],
  [
    'from and to swapped',
    'refuted',
    data((edict) => Object.assign(rule(edict, 'database'), { from: rule(edict, 'database').to, to: rule(edict, 'database').from })),
  ],
  ['an exception left out', 'refuted', data((edict) => rule(edict, 'no-guests').except.pop())],
  ['an exception for everybody', 'refuted', data((edict) => (rule(edict, 'no-guests').except[0].from = 'any'))],
  ['a window that begins a minute later', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during.minutes[0][0] += 1))],
  ['a window that ends a minute later', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during.minutes[0][1] += 1))],
  ['an exception at every time', 'refuted', data((edict) => (rule(edict, 'no-ssh').except[0].during = null))],
  ['a CIDR split in two', 'equivalent', data((edict) => (setOf(edict, 'no-guests', 'from')[4] = ['10.9.0.0/17', '10.9.128.0/17']))],
  ['another time zone', 'unreadable', data((edict) => (rule(edict, 'no-ssh').except[0].during.timezone = 'UTC'))],
  ['isolations that nobody asked for', 'unreadable', data((edict) => edict.isolations.push({ key: 'x', addresses: [], allow: [] }))],
  ['a rule that the index lists and that is gone', 'unreadable', data((edict) => edict.rules.list.pop())],
  ['a key that means nothing here', 'unreadable', data((edict) => (rule(edict, 'web').enabled = false))],
  ['a port as text', 'unreadable', data((edict) => (rule(edict, 'web').service.low = '8000'))],
  ['an effect of its own', 'unreadable', data((edict) => (rule(edict, 'web').effect = 'audit'))],
  ['a set that is not there', 'unreadable', data((edict) => (rule(edict, 'web').to = 's99'))],
  ['an octal address', 'unreadable', data((edict) => (setOf(edict, 'database', 'to')[4] = ['010.2.0.5/32']))],
  ['no JSON', 'unreadable', (text) => text.slice(1)],
];

describe('a planted change of the nftables artifact', () => {
  it.each(nftMutations)('%s: is %s', (_, fate, mutate) => {
    expect(fateOf('nftables', mutate, 'edict.nft')).toBe(fate);
  });
});

describe('a planted change of the Rego artifact', () => {
  it.each(regoMutations)('%s: is %s', (_, fate, mutate) => {
    expect(fateOf('rego', mutate, 'data.json')).toBe(fate);
  });

  it('in the policy itself is unreadable, however small', () => {
    expect(fateOf('rego', (text) => text.replace('port >= service.low', 'port > service.low'), 'policy.rego')).toBe('unreadable');
  });
});
