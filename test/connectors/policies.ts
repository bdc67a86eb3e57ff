/** The policies that connectors are tried with, compiled by the real compilers. */
import { regoTarget } from '../../domain/policy/targets/rego/target.ts';
import { nftablesTarget } from '../../domain/policy/targets/nftables/target.ts';
import { regoAccessTarget } from '../../domain/policy/targets/rego-access/target.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import type { AccessRequest, AccessRule, AiRule } from '../../domain/policy/access/model.ts';
import type { NetworkRequest, Policy, Rule } from '../../domain/policy/model.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';

const asset = (name: string, addresses: readonly string[], services: readonly string[], groups: readonly string[]) =>
  ({ name, addresses, zone: 'servers', services, groups, owner: 'ops', criticality: 'high' }) as const;

export const inventory: Inventory = {
  assets: [
    asset('db-1', ['10.2.0.5', '2001:db8:2::5'], [], ['cardholder-db']),
    asset('pay-1', ['10.1.0.10', '2001:db8:1::10'], ['payments'], []),
    asset('ws-17', ['10.9.0.4', '2001:db8:9::4'], [], []),
  ],
  zones: [{ name: 'servers', cidrs: ['10.0.0.0/8', '2001:db8::/32'] }],
};

const rule = (id: string, effect: Rule['effect'], from: string, service: string): Rule => ({
  id,
  requirement: 'r1',
  kind: 'network',
  effect,
  match: { from, to: 'group:cardholder-db', service },
});

export const policyOf = (rules: readonly Rule[]): Policy => ({
  policy: 'cardholder',
  title: 'Who reaches the cardholder database',
  owner: 'payments',
  controls: [],
  requirements: [{ id: 'r1', text: 'Only the payments service may connect to the cardholder database on port 5432.' }],
  rules,
  questions: [],
  tests: [],
});

const nobodyElse = rule('nobody-else', 'claim', 'any', 'any');
export const strictRules = [rule('payments', 'allow', 'service:payments', 'tcp/5432'), nobodyElse];

const targets = { rego: regoTarget, nftables: nftablesTarget } as const;

/** `strict` lets payments in alone; `shut` lets nobody in. */
export function artifacts(target: keyof typeof targets): { readonly strict: Artifact; readonly shut: Artifact } {
  const compile = (rules: readonly Rule[]) => targets[target].compile([policyOf(rules)], inventory).artifact;
  return { strict: compile(strictRules), shut: compile([nobodyElse]) };
}

export const request = (from: string, to: string, port = 5432, protocol: NetworkRequest['protocol'] = 'tcp'): NetworkRequest => ({
  kind: 'network',
  from,
  to,
  protocol,
  port,
});

export const payments = { 4: request('10.1.0.10', '10.2.0.5'), 6: request('2001:db8:1::10', '2001:db8:2::5') } as const;
export const stranger = { 4: request('10.9.0.4', '10.2.0.5'), 6: request('2001:db8:9::4', '2001:db8:2::5') } as const;
/** No rule speaks of it. */
export const elsewhere = request('10.9.0.4', '10.3.0.7', 443);

const access = (id: string, effect: Rule['effect'], principals: string, when?: AccessRule['match']['when']): AccessRule => ({
  kind: 'access',
  id,
  requirement: 'r1',
  effect,
  match: { principals: [principals], actions: ['read'], resources: ['document:*'], ...(when === undefined ? {} : { when }) },
});
const model = (id: string, effect: Rule['effect'], principals: string): AiRule => ({
  kind: 'ai',
  id,
  requirement: 'r1',
  effect,
  match: { principals: [principals], models: ['any'] },
});

export const people: Inventory = {
  ...inventory,
  entities: [{ uid: { type: 'user', id: 'ann' }, parents: [{ type: 'group', id: 'payments' }] }],
};
const nobodyReads = [access('nobody-reads', 'claim', 'any'), model('nobody-asks', 'claim', 'any')];
const paymentsRead = [access('payments-read', 'allow', 'group:payments', { mfa: true }), model('payments-ask', 'allow', 'group:payments')];

export const accessRules: readonly Rule[] = [...paymentsRead, ...nobodyReads];

/** As `artifacts`: of access and the use of models. */
export function accessArtifacts(): { readonly strict: Artifact; readonly shut: Artifact } {
  const compile = (rules: readonly Rule[]) => regoAccessTarget.compile([policyOf(rules)], people).artifact;
  return { strict: compile(accessRules), shut: compile(nobodyReads) };
}

export const reading = (who: string, context: AccessRequest['context'] = { mfa: true }): AccessRequest => ({
  kind: 'access',
  principal: `user:${who}`,
  action: 'read',
  resource: 'document:ledger',
  context,
});
