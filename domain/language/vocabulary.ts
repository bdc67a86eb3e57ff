/** The words that the grammar knows. Everything here is in lower case. */
import type { ServiceSelector } from '../policy/model.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const modals = words('may can must should shall needs need');
/** Contractions as two words. */
export const contractions: { readonly [word: string]: string } = {
  cannot: 'can not',
  "can't": 'can not',
  "mustn't": 'must not',
  "shouldn't": 'should not',
  "won't": 'will not',
  "don't": 'do not',
  "doesn't": 'does not',
  "isn't": 'is not',
  "aren't": 'are not',
  "couldn't": 'could not',
  noone: 'nobody',
  'no-one': 'nobody',
};

export const articles = words('the a an our any all every each these those this that its their');
export const anyParty = words('anyone anybody anything everyone everybody everything anywhere everywhere any all');
export const nobody = words('nobody nothing none');
/** `any host`, `all systems`: every address. */
export const anyNouns = words(
  'host hosts machine machines system systems computer computers node nodes device devices address addresses endpoint endpoints source sources destination destinations',
);
/** Less than every host of a place: `the servers in the dmz` are not all that is there. */
export const someNouns = words('server servers user users people person workload workloads');
export const hostNouns: ReadonlySet<string> = new Set([...anyNouns, ...someNouns, 'asset', 'assets', 'member', 'members']);

/** A word beside a name that says what kind of name it is. */
export const kindWords: { readonly [word: string]: 'zone' | 'service' | 'group' | 'asset' } = {
  zone: 'zone',
  network: 'zone',
  subnet: 'zone',
  segment: 'zone',
  vlan: 'zone',
  service: 'service',
  services: 'service',
  group: 'group',
  groups: 'group',
  zones: 'zone',
  networks: 'zone',
  host: 'asset',
  asset: 'asset',
  machine: 'asset',
};

export const allowVerbs = words('allow permit let enable authorize authorise accept');
export const denyVerbs = words('deny block drop forbid prohibit reject refuse disallow ban prevent stop disable');
export const allowParticiples = words('allowed permitted able authorized authorised enabled accepted');
export const denyParticiples = words('denied blocked dropped forbidden prohibited rejected refused disallowed banned prevented unable');

/** Nouns that stand for the connection itself and add nothing. */
export const trafficNouns = words(
  'access traffic connection connections connectivity communication communications request requests session sessions packet packets flow flows data login logins inbound outbound incoming outgoing ingress egress new direct network remote',
);

/** Words that end a name. */
export const boundaries = words(
  `no nobody nothing none to from on over via using with through at by into in within inside and or nor except unless excluding but besides during between until after before when while if
  is are be been being has have only not never also then which that who whose where because so than as other else another remaining rest
  connect connects connecting talk talks talking speak communicate communicates communicating reach reaches reaching access accesses accessing contact contacts contacting use uses using
  port ports protocol tcp udp icmp may can must should shall will could might needs need does do cannot
  reachable reached accessible accessed contacted allowed permitted denied blocked forbidden prohibited rejected dropped
  require requires accept accepts accepting receive receives receiving flow flows log login everywhere anywhere ssh ping rdp traffic connections connection`,
);

type Protocol = { readonly words: readonly string[]; readonly services: readonly ServiceSelector[] };

/** Ports by IANA's registry. https://www.iana.org/assignments/service-names-port-numbers */
const protocols: readonly Protocol[] = [
  { words: ['ssh', 'sftp', 'scp', 'secure shell'], services: ['tcp/22'] },
  { words: ['telnet'], services: ['tcp/23'] },
  { words: ['ftp'], services: ['tcp/20-21'] },
  { words: ['smtp'], services: ['tcp/25'] },
  { words: ['smtps', 'submissions'], services: ['tcp/465'] },
  { words: ['submission'], services: ['tcp/587'] },
  { words: ['dns', 'name resolution'], services: ['tcp/53', 'udp/53'] },
  { words: ['dhcp'], services: ['udp/67-68'] },
  { words: ['tftp'], services: ['udp/69'] },
  { words: ['http'], services: ['tcp/80'] },
  { words: ['https', 'tls'], services: ['tcp/443'] },
  { words: ['kerberos'], services: ['tcp/88', 'udp/88'] },
  { words: ['pop3'], services: ['tcp/110'] },
  { words: ['imap'], services: ['tcp/143'] },
  { words: ['imaps'], services: ['tcp/993'] },
  { words: ['ntp'], services: ['udp/123'] },
  { words: ['rpc', 'msrpc'], services: ['tcp/135'] },
  { words: ['netbios'], services: ['tcp/139', 'udp/137-138'] },
  { words: ['snmp'], services: ['udp/161-162'] },
  { words: ['bgp'], services: ['tcp/179'] },
  { words: ['ldap'], services: ['tcp/389', 'udp/389'] },
  { words: ['ldaps'], services: ['tcp/636'] },
  { words: ['smb', 'cifs', 'file sharing'], services: ['tcp/445'] },
  { words: ['syslog'], services: ['udp/514'] },
  { words: ['mssql', 'ms-sql', 'sql server'], services: ['tcp/1433'] },
  { words: ['oracle'], services: ['tcp/1521'] },
  { words: ['radius'], services: ['udp/1812-1813'] },
  { words: ['nfs'], services: ['tcp/2049', 'udp/2049'] },
  { words: ['mysql', 'mariadb'], services: ['tcp/3306'] },
  { words: ['rdp', 'remote desktop'], services: ['tcp/3389', 'udp/3389'] },
  { words: ['sip'], services: ['tcp/5060-5061', 'udp/5060-5061'] },
  { words: ['postgresql', 'postgres', 'pgsql'], services: ['tcp/5432'] },
  { words: ['amqp', 'rabbitmq'], services: ['tcp/5672'] },
  { words: ['vnc'], services: ['tcp/5900'] },
  { words: ['winrm'], services: ['tcp/5985-5986'] },
  { words: ['redis'], services: ['tcp/6379'] },
  { words: ['kafka'], services: ['tcp/9092'] },
  { words: ['elasticsearch'], services: ['tcp/9200'] },
  { words: ['memcached'], services: ['tcp/11211'] },
  { words: ['mongodb', 'mongo'], services: ['tcp/27017'] },
  { words: ['wireguard'], services: ['udp/51820'] },
  { words: ['icmp', 'ping', 'pings', 'echo'], services: ['icmp'] },
];

export const protocolServices: ReadonlyMap<string, readonly ServiceSelector[]> = new Map(
  protocols.flatMap(({ words: names, services }) => names.map((name) => [name, services] as const)),
);

/** Which of TCP and UDP a well-known port is used with; a port that is not here is TCP in an `allow` and both in a `deny`. */
export function wellKnownProtocols(port: number): readonly ('tcp' | 'udp')[] | undefined {
  const found = new Set<'tcp' | 'udp'>();
  for (const service of protocols.flatMap(({ services }) => services)) {
    const [protocol, range] = service.split('/');
    const [low, high] = (range ?? '').split('-').map(Number);
    if (low !== undefined && port >= low && port <= (high ?? low) && (protocol === 'tcp' || protocol === 'udp')) found.add(protocol);
  }
  return found.size === 0 ? undefined : [...found].toSorted();
}

/** Words of a phrase and of a name that mean the same thing. */
export const synonyms: { readonly [word: string]: string } = {
  database: 'db',
  server: 'srv',
  workstation: 'ws',
  desktop: 'ws',
  laptop: 'ws',
  production: 'prod',
  development: 'dev',
  kubernetes: 'k8s',
  application: 'app',
  administrator: 'admin',
  administration: 'admin',
  mgmt: 'management',
  monitor: 'monitoring',
  payment: 'payments',
  configuration: 'config',
  dbs: 'db',
  authentication: 'auth',
};
