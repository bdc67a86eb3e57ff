import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evalNetpol } from '../../bench/eval/netpol.ts';

const folder = mkdtempSync(join(tmpdir(), 'edict-netpol-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const policy = (spec: object) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec });
const shop = { matchLabels: { app: 'shop' } };

function evaluate(...recipes: readonly (readonly [title: string, spec: object])[]) {
  const lines = recipes.map(([title, spec], index) => JSON.stringify({ id: `r${index}`, title, manifests: [policy(spec)] }));
  writeFileSync(join(folder, 'recipes.jsonl'), lines.join('\n'));
  return evalNetpol(folder);
}

it('counts policies that do what their title states', () => {
  const summary = evaluate(
    ['DENY all traffic to an application', { podSelector: shop, ingress: [] }],
    ['DENY all traffic from other namespaces', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }],
    ['ALLOW traffic from all namespaces', { podSelector: shop, ingress: [{ from: [{ namespaceSelector: {} }] }] }],
    [
      'ALLOW traffic from another namespace',
      { podSelector: shop, ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: 'b' } } }] }] },
    ],
    [
      'ALLOW traffic only to a port',
      { podSelector: shop, ingress: [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }], ports: [{ port: 'http' }] }] },
    ],
    [
      'DENY egress traffic from an application',
      { podSelector: shop, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
    ],
  );
  expect(summary).toMatchObject({ total: 6, supported: 6, right: 6, wrong: 0, unsupported: {} });
});

it('counts policies that do otherwise as wrong, and says why', () => {
  const { right, wrong, examples } = evaluate(
    ['ALLOW all traffic to an application', { podSelector: shop, ingress: [] }],
    ['DENY all traffic to an application', { podSelector: shop, ingress: [{}] }],
    ['ALLOW traffic from a namespace', { podSelector: shop, ingress: [{ from: [{ podSelector: {} }] }] }],
    ['ALLOW traffic from all namespaces', { podSelector: shop, ingress: [{ from: [{ podSelector: {} }] }] }],
    ['DENY external egress', { podSelector: shop, policyTypes: ['Egress'], egress: [{}] }],
  );
  expect({ right, wrong }).toEqual({ right: 0, wrong: 5 });
  expect(examples?.[0]).toMatch(/^r0: the title states otherwise: all of everybody$/);
});

it('counts what it cannot read by reason', () => {
  const { unsupported } = evaluate(['LIMIT traffic', { podSelector: shop, ingress: [{ from: [{ fqdn: 'x' }] }] }]);
  expect(unsupported).toEqual({ 'cannot read the key `fqdn`': 1 });
});
