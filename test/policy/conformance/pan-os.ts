/** PAN-OS in the conformance suite. No firewall is to be had here: what it takes is checked by pan-os-python. */
import { type Conformance, line, type Mutation, remove } from './conformance.ts';
import { sessionCases } from './session-firewalls.ts';
import { vendorModels } from './vendor-models.ts';

const rule = (name: string) => new RegExp(`<entry name="planted\\.${name}">[\\s\\S]*?</entry>\\n`);

const inRule = (name: string, from: string, to: string) => line(rule(name), (found) => found.replace(from, to));

function moveUp(name: string): (text: string) => string {
  return (text) => {
    const [found = ''] = rule(name).exec(text) ?? [];
    return text.replace(found, '').replace('<security><rules>\n', (start) => `${start}${found}`);
  };
}

const mutations: readonly Mutation[] = [
  ['another port', 'refuted', line(/<port>5432</, () => '<port>5433<')],
  ['a wider range of ports', 'refuted', line(/<port>8000-8099</, () => '<port>8000-8100<')],
  ['a narrower range of ports', 'refuted', line(/<port>8000-8099</, () => '<port>8001-8099<')],
  ['a port more', 'refuted', line(/<port>5432</, () => '<port>5432,5433<')],
  ['UDP for TCP', 'refuted', line(/<tcp><port>5432<\/port><\/tcp>/, () => '<udp><port>5432</port></udp>')],
  [
    'a source port that nobody asked for',
    'refuted',
    line(/<port>5432<\/port>/, (found) => `${found}<source-port>1024-65535</source-port>`),
  ],
  [
    'ICMP of one type',
    'refuted',
    line(/<ident-by-ip-protocol>1<\/ident-by-ip-protocol>/, () => '<ident-by-icmp-type><type>8</type></ident-by-icmp-type>'),
  ],
  ['another protocol', 'refuted', line(/<ident-by-ip-protocol>58</, () => '<ident-by-ip-protocol>59<')],
  ['an allow that denies', 'refuted', inRule('database', '>allow<', '>deny<')],
  ['a deny that allows', 'refuted', inRule('no-ssh-6', '>deny<', '>allow<')],
  ['a lost allow', 'refuted', remove(rule('database'))],
  ['a lost claim', 'refuted', remove(rule('only-database'))],
  ['a lost half of a rule', 'refuted', remove(rule('no-guests\\.2\\.other'))],
  ['a disabled rule', 'refuted', inRule('no-ssh-6', '<action>', '<disabled>yes</disabled><action>')],
  ['a wider network', 'refuted', line(/10\.2\.0\.5\/32/, () => '10.2.0.4/31')],
  ['a narrower network', 'refuted', line(/2001:db8:dead::\/48/, () => '2001:db8:dead::/49')],
  ['a range that ends one later', 'refuted', line(/>10\.4\.0\.10-10\.4\.0\.20</, () => '>10.4.0.10-10.4.0.21<')],
  ['a range that begins one later', 'refuted', line(/>10\.4\.0\.10-10\.4\.0\.20</, () => '>10.4.0.11-10.4.0.20<')],
  [
    'an address more in a group',
    'refuted',
    line(/<member>edict-10\.1\.0\.12<\/member>/, (found) => `${found}<member>edict-10.3.0.1</member>`),
  ],
  ['an address less in a group', 'refuted', remove(/<member>edict-10\.1\.0\.12<\/member>/)],
  ['a source that is turned around', 'refuted', inRule('database', '<action>', '<negate-source>yes</negate-source><action>')],
  [
    'source for destination',
    'refuted',
    inRule(
      'web',
      '<source><member>any</member></source><destination><member>edict-10.4.0.10_to_10.4.0.20</member></destination>',
      '<source><member>edict-10.4.0.10_to_10.4.0.20</member></source><destination><member>any</member></destination>',
    ),
  ],
  ['a claim ahead of its allow', 'refuted', moveUp('only-database')],
  ['an allow ahead of a deny', 'refuted', moveUp('web')],
  ['any service', 'refuted', inRule('database', '<member>edict-tcp-5432</member>', '<member>any</member>')],
  [
    'an application where a service is asked for',
    'refuted',
    inRule('database', '<application><member>any</member>', '<application><member>edict-icmp</member>'),
  ],
  ['a schedule left out', 'refuted', remove(/<schedule>edict-time-[0-9a-f]+<\/schedule>\n/)],
  ['a window that ends a minute later', 'refuted', line(/00:00-02:00/, () => '00:00-02:01')],
  ['a day less', 'refuted', remove(/<thursday>.*?<\/thursday>/)],
  ['the same hours every day', 'refuted', line(/<weekly>.*<\/weekly>/, () => '<daily><member>00:00-02:00</member></daily>')],
  ["the device's own end", 'refuted', remove(/<default-security-rules>.*\n/)],
  ['an end that denies between zones', 'refuted', line(/(interzone-default"><action>)allow/, () => 'interzone-default"><action>deny')],
  ['an end that denies within a zone', 'refuted', line(/(intrazone-default"><action>)allow/, () => 'intrazone-default"><action>deny')],
  [
    'an allow in a rulebase before this one',
    'refuted',
    line(
      /<rulebase>/,
      () =>
        '<pre-rulebase><security><rules><entry name="all"><from><member>any</member></from><to><member>any</member></to><source><member>any</member></source><destination><member>any</member></destination><application><member>any</member></application><service><member>any</member></service><action>allow</action></entry></rules></security></pre-rulebase><rulebase>',
    ),
  ],
  ['drop for deny', 'equivalent', inRule('no-ssh-6', '>deny<', '>drop<')],
  ['rules of one weight in another order', 'equivalent', moveUp('no-ssh-6')],
  [
    'a range for a network',
    'equivalent',
    line(/<ip-netmask>10\.0\.0\.0\/8<\/ip-netmask>/, () => '<ip-range>10.0.0.0-10.255.255.255</ip-range>'),
  ],
  ['bits behind a prefix', 'equivalent', line(/<ip-netmask>10\.0\.0\.0\/8</, () => '<ip-netmask>10.1.2.3/8<')],
  ['a member as a character reference', 'equivalent', line(/>edict-tcp-5432<\/member>/, () => '>edict-tcp-543&#50;</member>')],
  ['what is logged', 'equivalent', inRule('web', '<action>', '<log-end>yes</log-end><action>')],
  ['another time zone', 'unreadable', line(/Europe\/Zurich/, () => 'UTC')],
  ['no time zone', 'unreadable', remove(/<deviceconfig>.*\n/)],
  [
    'a zone',
    'unreadable',
    (text) =>
      text
        .replaceAll(/<from><member>any/g, (found, at: number) => (at > text.indexOf('planted.web') ? '<from><member>dmz' : found))
        .replace('<to><member>any', '<to><member>lan'),
  ],
  ['a rule between zones only', 'unreadable', inRule('web', '<action>', '<rule-type>interzone</rule-type><action>')],
  ['a user', 'unreadable', inRule('web', '<source-user><member>any', '<source-user><member>alice')],
  ['a URL category', 'unreadable', inRule('web', '<category><member>any', '<category><member>gambling')],
  ['a name that nothing defines', 'unreadable', inRule('web', 'edict-tcp-8000-8099', 'edict-tcp-9')],
  [
    'an application by what packets hold',
    'unreadable',
    line(/<default><ident-by-ip-protocol>1</, () => '<signature/><default><ident-by-ip-protocol>1<'),
  ],
  ['any application on its default ports', 'unreadable', inRule('web', 'edict-tcp-8000-8099', 'application-default')],
  ['a host by name', 'unreadable', line(/<ip-netmask>10\.2\.0\.5\/32<\/ip-netmask>/, () => '<fqdn>db.example</fqdn>')],
  ['an octal address', 'unreadable', line(/10\.2\.0\.5\/32/, () => '012.2.0.5/32')],
  [
    'a group that holds itself',
    'unreadable',
    line(/(<entry name="edict-service-payments"><static>)/, (found) => `${found}<member>edict-service-payments</member>`),
  ],
  [
    'a schedule with a date',
    'unreadable',
    line(/<recurring>.*<\/recurring>/, () => '<non-recurring><member>2026/01/01@00:00-2026/02/01@00:00</member></non-recurring>'),
  ],
  [
    'a digest of something else',
    'unreadable',
    line(/edict artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['a second virtual system', 'unreadable', line(/<\/entry><\/vsys>/, (found) => found.replace('</vsys>', '<entry name="vsys2"/></vsys>'))],
  ['a document type with an entity', 'unreadable', line(/<config /, () => '<!DOCTYPE config [<!ENTITY any "any">]>\n<config ')],
  ['an entity of its own', 'unreadable', inRule('web', '<member>any</member>', '<member>&any;</member>')],
  ['tags that do not match', 'unreadable', inRule('web', '</source>', '</sauce>')],
  ['text cut off', 'unreadable', (text) => text.slice(0, text.length / 2)],
];

export const panOs: Conformance = {
  target: 'pan-os',
  file: 'edict.xml',
  mutations,
  cases: sessionCases,
  engine: vendorModels(line(/<action>allow<\/action>/, () => '<aktion>allow</aktion>')),
};
