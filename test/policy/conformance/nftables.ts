/** nftables in the conformance suite: loaded into the kernel of a network namespace of its own. */
import { loadNft } from '../engines.ts';
import { type Conformance, line, type Mutation, remove } from './conformance.ts';

const comment = (rule: string) => new RegExp(`^.*comment "planted/${rule}"\\n`, 'm');

/** Moves the first line that matches in front of the base chain's first rule. */
function moveUp(rule: string): (text: string) => string {
  return (text) => {
    const [found = ''] = comment(rule).exec(text) ?? [];
    return text.replace(found, '').replace(/(ct state established,related accept\n)/, `$1${found}`);
  };
}

const mutations: readonly Mutation[] = [
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
    line(/ip daddr @\S+_4 counter goto refuse comment "planted\/only-database"/, (found) =>
      found.replace(/@\S+/, '@set_10_9_0_99_a17ed2ec3e95_4'),
    ),
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
  ['a jump to nowhere', 'unreadable', line(/jump rule_planted\/no-guests/, () => 'jump rule_planted/no-guest')],
  ['a set defined twice', 'unreadable', (text) => text.replace(/( {2}set \S+ \{[^}]*\}\n {2}\}\n)/, '$1$1')],
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

export const nftables: Conformance = {
  target: 'nftables',
  file: 'edict.nft',
  mutations,
  engine: {
    needs: ['nftables'],
    validate: (artifact) => {
      const { ok, complaint } = loadNft(artifact);
      return ok ? '' : complaint;
    },
    spoil: line(/counter accept/, () => 'counter akzept'),
  },
};
