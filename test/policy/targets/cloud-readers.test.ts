/** What people have: configurations as the clouds' own tools print them, asked by single requests. */
import { describe, expect, it } from '@jest/globals';
import { parseAddresses } from '../../../domain/policy/addresses.ts';
import type { NetworkRequest } from '../../../domain/policy/model.ts';
import { readNetworkAcls } from '../../../domain/policy/targets/aws-network-acl/read.ts';
import { readSecurityGroups } from '../../../domain/policy/targets/aws-security-group/read.ts';
import { readSecurityGroupOfAzure } from '../../../domain/policy/targets/azure-nsg/read.ts';
import type { NotUnderstood } from '../../../domain/policy/targets/cloud/reading.ts';
import { readGce, readGcpHierarchical } from '../../../domain/policy/targets/gcp-firewall/read-rules.ts';
import { readNetworkPolicies } from '../../../domain/policy/targets/kubernetes/read-policies.ts';
import type { ReadRule } from '../../../domain/policy/targets/target.ts';
import { decideRead } from '../read-decision.ts';

const ask = (rules: readonly ReadRule[], [from, to]: readonly [string, string], port: number, rest: Partial<NetworkRequest> = {}) =>
  decideRead(rules, { kind: 'network', from, to, protocol: 'tcp', port, ...rest });

const unreadable = expect.objectContaining({ code: 'artifact-unreadable' });

describe('VPC firewall rules of Google Cloud', () => {
  const rule = (name: string, rest: object) => ({ name, direction: 'INGRESS', ...rest });
  const read = (...rules: readonly object[]) =>
    readGce(JSON.stringify(rules), { members: (name) => (name === 'tag:db' ? parseAddresses('10.2.0.5') : undefined) });

  it('asks by priority, and a deny before an allow of the same one', () => {
    const rules = read(
      rule('a', { allowed: [{ IPProtocol: 'tcp' }], sourceRanges: ['10.0.0.0/8'] }),
      rule('b', { denied: [{ IPProtocol: 'tcp', ports: ['22'] }], sourceRanges: ['10.1.0.0/16'] }),
      rule('c', { allowed: [{ IPProtocol: 'tcp', ports: ['22'] }], sourceRanges: ['10.1.0.1'], priority: '5' }),
    );
    expect(ask(rules, ['10.1.0.2', '10.9.9.9'], 22)).toBe('deny');
    expect(ask(rules, ['10.1.0.1', '10.9.9.9'], 22)).toBe('allow');
    expect(ask(rules, ['10.1.0.2', '10.9.9.9'], 23)).toBe('allow');
    expect(ask(rules, ['192.0.2.1', '10.9.9.9'], 23)).toBe('not-applicable');
  });

  it('knows a tag by its members, as target or as one more source', () => {
    const rules = read(
      rule('a', { allowed: [{ IPProtocol: 'tcp' }], targetTags: ['db'] }),
      rule('b', { denied: [{ IPProtocol: 'all' }], sourceTags: ['db'], sourceRanges: ['10.3.0.0/16'] }),
    );
    expect(ask(rules, ['192.0.2.1', '10.2.0.5'], 1)).toBe('allow');
    expect(ask(rules, ['192.0.2.1', '10.2.0.6'], 1)).toBe('not-applicable');
    expect(ask(rules, ['10.2.0.5', '10.4.0.1'], 1)).toBe('deny');
    expect(ask(rules, ['10.3.0.1', '10.4.0.1'], 1)).toBe('deny');
    expect(() => read(rule('a', { allowed: [{ IPProtocol: 'tcp' }], targetTags: ['web'] }))).toThrow(unreadable);
  });

  it('is for IPv4 alone where no source is told, and for nobody where it is disabled', () => {
    const rules = read(
      rule('a', { denied: [{ IPProtocol: 'all' }] }),
      rule('b', { denied: [{ IPProtocol: 'all' }], sourceRanges: ['::/0'], disabled: true }),
    );
    expect(ask(rules, ['192.0.2.1', '10.2.0.5'], 1)).toBe('deny');
    expect(ask(rules, ['2001:db8::1', '2001:db8::2'], 1)).toBe('not-applicable');
  });

  it('passes both ways, where a connection leaves and where it arrives', () => {
    const rules = read(rule('in', { allowed: [{ IPProtocol: 'tcp' }], sourceRanges: ['10.0.0.0/8'] }), {
      name: 'out',
      direction: 'EGRESS',
      denied: [{ IPProtocol: 'tcp', ports: ['25'] }],
      destinationRanges: ['0.0.0.0/0'],
    });
    expect(ask(rules, ['10.1.0.1', '10.2.0.1'], 25)).toBe('deny');
    expect(ask(rules, ['10.1.0.1', '10.2.0.1'], 26)).toBe('allow');
  });
});

it('a firewall policy of Google Cloud leaves to the next level what it says so of', () => {
  const policy = (...rules: readonly object[]) => JSON.stringify([{ shortName: 'p', type: 'FIREWALL', rules }]);
  const rule = (priority: number, action: string, range: string) => ({
    priority,
    action,
    direction: 'INGRESS',
    match: { layer4Configs: [{ ipProtocol: 'tcp', ports: ['80-90'] }], srcIpRanges: [range], versionedExpr: 'FIREWALL' },
  });
  const rules = readGcpHierarchical(policy(rule(1, 'goto_next', '10.1.0.0/16'), rule(2, 'deny', '10.0.0.0/8')));
  expect(ask(rules, ['10.1.0.1', '10.2.0.1'], 85)).toBe('not-applicable');
  expect(ask(rules, ['10.2.0.1', '10.2.0.1'], 85)).toBe('deny');
  expect(() => readGcpHierarchical(policy(rule(1, 'deny', '10.0.0.0/8'), rule(1, 'allow', '10.0.0.0/8')))).toThrow(unreadable);
});

describe('security groups of AWS', () => {
  const members = (name: string) => ({ 'sg-web': parseAddresses('10.1.0.0/24'), 'sg-db': parseAddresses('10.2.0.0/24') })[name];
  const anywhere = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  const group = (id: string, IpPermissions: readonly object[]) => ({
    GroupId: id,
    GroupName: id,
    IpPermissions,
    IpPermissionsEgress: anywhere,
  });
  const peers = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: 'sg-web', UserId: '1' }] };

  it('lets in members of a group, and refuses everybody else', () => {
    const rules = readSecurityGroups(JSON.stringify({ SecurityGroups: [group('sg-web', []), group('sg-db', [peers])] }), { members });
    expect(ask(rules, ['10.1.0.7', '10.2.0.7'], 5432)).toBe('allow');
    expect(ask(rules, ['10.3.0.7', '10.2.0.7'], 5432)).toBe('deny');
    expect(ask(rules, ['10.1.0.7', '10.2.0.7'], 5433)).toBe('deny');
    expect(ask(rules, ['10.2.0.7', '10.1.0.7'], 80)).toBe('deny');
    expect(ask(rules, ['10.2.0.7', '192.0.2.1'], 80)).toBe('allow');
  });

  it('goes on behind what it cannot read where problems are collected, and tells the line', () => {
    const problems: NotUnderstood[] = [];
    const text = JSON.stringify({ SecurityGroups: [group('sg-db', [{ ...peers, IpProtocol: 'tcpx' }, peers])] }, null, 1);
    const rules = readSecurityGroups(text, { members, notUnderstood: (problem) => problems.push(problem) });
    expect(ask(rules, ['10.1.0.7', '10.2.0.7'], 5432)).toBe('allow');
    expect(problems).toEqual([{ line: 7, text: expect.stringContaining('tcpx'), reason: expect.stringContaining('tcpx') }]);
    expect(() => readSecurityGroups(text, { members })).toThrow(unreadable);
  });
});

describe('network ACLs of AWS', () => {
  const entry = (RuleNumber: number, RuleAction: string, rest: object) => ({
    RuleNumber,
    RuleAction,
    Egress: false,
    Protocol: '6',
    CidrBlock: '0.0.0.0/0',
    ...rest,
  });
  const read = (...Entries: readonly object[]) =>
    readNetworkAcls(JSON.stringify({ NetworkAcls: [{ NetworkAclId: 'acl-1', Associations: [{ SubnetId: 'subnet-1' }], Entries }] }), {
      subnets: () => parseAddresses('10.1.0.0/24'),
    });
  const web = entry(100, 'allow', { PortRange: { From: 443, To: 443 } });
  const answers = entry(100, 'allow', { Egress: true, PortRange: { From: 1024, To: 65535 } });

  it('needs the answers to pass, which go to the port that the connection came from', () => {
    expect(ask(read(web), ['192.0.2.1', '10.1.0.1'], 443, { sourcePort: 40_000 })).toBe('deny');
    expect(ask(read(web, answers), ['192.0.2.1', '10.1.0.1'], 443, { sourcePort: 40_000 })).toBe('allow');
    expect(ask(read(web, answers), ['192.0.2.1', '10.1.0.1'], 443, { sourcePort: 1_000 })).toBe('deny');
    expect(ask(read(web, answers), ['192.0.2.1', '10.1.0.1'], 80, { sourcePort: 40_000 })).toBe('deny');
  });

  it('asks by number, and an echo request needs its reply', () => {
    const icmp = (number: number, action: string, type: number, egress: boolean) =>
      entry(number, action, { Protocol: '1', IcmpTypeCode: { Type: type, Code: -1 }, Egress: egress });
    const ping = { protocol: 'icmp', icmpType: 8, icmpCode: 0 } as const;
    expect(ask(read(icmp(2, 'allow', 8, false), icmp(2, 'allow', 0, true)), ['192.0.2.1', '10.1.0.1'], 0, ping)).toBe('allow');
    expect(ask(read(icmp(2, 'allow', 8, false), icmp(2, 'allow', 3, true)), ['192.0.2.1', '10.1.0.1'], 0, ping)).toBe('deny');
    expect(
      ask(read(icmp(2, 'allow', 8, false), icmp(1, 'deny', 8, false), icmp(2, 'allow', 0, true)), ['192.0.2.1', '10.1.0.1'], 0, ping),
    ).toBe('deny');
  });
});

it('a network security group of Azure is read as its tool prints it', () => {
  const rule = {
    name: 'web',
    access: 'Allow',
    direction: 'Inbound',
    priority: 200,
    protocol: '*',
    sourceAddressPrefix: 'Internet',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '443',
  };
  const text = JSON.stringify({
    name: 'nsg',
    securityRules: [rule, { ...rule, name: 'no', access: 'Deny', priority: 100, sourceAddressPrefix: '192.0.2.0/24' }],
  });
  const rules = readSecurityGroupOfAzure(text, { members: (name) => (name === 'Internet' ? parseAddresses('192.0.0.0/8') : undefined) });
  expect(ask(rules, ['192.0.2.1', '10.0.0.4'], 443)).toBe('deny');
  expect(ask(rules, ['192.0.3.1', '10.0.0.4'], 443, { protocol: 'udp' })).toBe('allow');
  expect(ask(rules, ['192.0.3.1', '10.0.0.4'], 443, { protocol: 'sctp' })).toBe('not-applicable');
  expect(() => readSecurityGroupOfAzure(text)).toThrow(unreadable);
});

describe('network policies of Kubernetes', () => {
  const pod = (name: string, namespace: string, labels: object, ip: string) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
      status: { podIP: ip },
    });
  const policy = (spec: object) =>
    JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p', namespace: 'shop' }, spec });
  const pods = [
    pod('web', 'shop', { app: 'web' }, '10.0.0.1'),
    pod('job', 'shop', { app: 'job' }, '10.0.0.2'),
    pod('probe', 'ops', { app: 'probe' }, '10.0.0.3'),
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ops', labels: { team: 'ops' } } }),
  ];
  const read = (...specs: readonly object[]) => readNetworkPolicies([...pods, ...specs.map(policy)].join('\n---\n'));
  const web = { matchLabels: { app: 'web' } };

  it('isolates what a policy selects, and nothing else', () => {
    const rules = read({ podSelector: web });
    expect(ask(rules, ['10.0.0.2', '10.0.0.1'], 80)).toBe('deny');
    expect(ask(rules, ['10.0.0.1', '10.0.0.2'], 80)).toBe('not-applicable');
  });

  it('adds policies up, whatever their order', () => {
    const [none, jobs] = [
      { podSelector: {} },
      { podSelector: web, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'job' } } }] }] },
    ];
    for (const rules of [read(none, jobs), read(jobs, none)]) {
      expect(ask(rules, ['10.0.0.2', '10.0.0.1'], 80)).toBe('allow');
      expect(ask(rules, ['10.0.0.3', '10.0.0.1'], 80)).toBe('deny');
    }
  });

  it('selects pods by namespace and label together, and a port by the name that the pod gives it', () => {
    const from = [
      { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] }, podSelector: { matchLabels: { app: 'probe' } } },
    ];
    const rules = read({ podSelector: web, ingress: [{ from, ports: [{ port: 'http' }] }] });
    expect(ask(rules, ['10.0.0.3', '10.0.0.1'], 8080)).toBe('allow');
    expect(ask(rules, ['10.0.0.3', '10.0.0.1'], 80)).toBe('deny');
    expect(ask(rules, ['10.0.0.2', '10.0.0.1'], 8080)).toBe('deny');
  });

  it('needs both ends', () => {
    const rules = read({ podSelector: web, ingress: [{}] }, { podSelector: { matchLabels: { app: 'job' } }, policyTypes: ['Egress'] });
    expect(ask(rules, ['10.0.0.2', '10.0.0.1'], 80)).toBe('deny');
    expect(ask(rules, ['10.0.0.3', '10.0.0.1'], 80)).toBe('allow');
    expect(ask(rules, ['198.51.100.7', '10.0.0.1'], 80)).toBe('allow');
  });

  it('closes ways out by an empty list only where the policy says that it is about them', () => {
    expect(ask(read({ podSelector: web, ingress: [{}], egress: [] }), ['10.0.0.1', '192.0.2.1'], 80)).toBe('not-applicable');
    expect(ask(read({ podSelector: web, policyTypes: ['Egress'], egress: [] }), ['10.0.0.1', '192.0.2.1'], 80)).toBe('deny');
  });

  it.each([
    ['a port beyond the last', { podSelector: web, ingress: [{ ports: [{ port: 65_536 }] }] }],
    ['a peer of nothing', { podSelector: web, ingress: [{ from: [{}] }] }],
    ['an operator of its own', { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } }],
    ['a key that nobody knows', { podSelector: web, ingres: [] }],
  ])('refuses %s', (_, spec) => {
    expect(() => read(spec)).toThrow(unreadable);
  });
});
