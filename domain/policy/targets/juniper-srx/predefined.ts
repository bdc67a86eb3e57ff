/**
 * Applications that Junos OS knows by itself ("Understanding Predefined Policy Applications", `show configuration groups junos-defaults
 * applications`), as protocol and ports: those whose definition is one protocol and fixed ports.
 */
export type Predefined = { readonly protocol: number; readonly ports?: string; readonly icmpType?: number };

const tcp = (ports: string): Predefined => ({ protocol: 6, ports });
const udp = (ports: string): Predefined => ({ protocol: 17, ports });

export const predefinedApplications: Readonly<Record<string, readonly Predefined[]>> = {
  'junos-ftp': [tcp('21')],
  'junos-tftp': [udp('69')],
  'junos-ssh': [tcp('22')],
  'junos-telnet': [tcp('23')],
  'junos-smtp': [tcp('25')],
  'junos-tacacs': [tcp('49')],
  'junos-dns-udp': [udp('53')],
  'junos-dns-tcp': [tcp('53')],
  'junos-http': [tcp('80')],
  'junos-pop3': [tcp('110')],
  'junos-ident': [tcp('113')],
  'junos-ntp': [udp('123')],
  'junos-imap': [tcp('143')],
  'junos-imaps': [tcp('993')],
  'junos-bgp': [tcp('179')],
  'junos-ldap': [tcp('389')],
  'junos-https': [tcp('443')],
  'junos-ike': [udp('500')],
  'junos-ike-nat': [udp('4500')],
  'junos-syslog': [udp('514')],
  'junos-radius': [udp('1812')],
  'junos-radacct': [udp('1813')],
  'junos-icmp-all': [{ protocol: 1 }],
  'junos-icmp-ping': [{ protocol: 1, icmpType: 8 }],
  'junos-ping': [{ protocol: 1 }],
  'junos-icmp6-all': [{ protocol: 58 }],
  'junos-pingv6': [{ protocol: 58, icmpType: 128 }],
  'junos-gre': [{ protocol: 47 }],
  'junos-ospf': [{ protocol: 89 }],
  'junos-tcp-any': [tcp('0-65535')],
  'junos-udp-any': [udp('0-65535')],
};
