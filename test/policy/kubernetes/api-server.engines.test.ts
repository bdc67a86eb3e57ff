import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { describeEngines } from '../../engines/engines.ts';
import { kubernetesTarget } from '../../../domain/policy/targets/kubernetes/target.ts';
import { policyCases } from '../cases.ts';
import { type ApiServer, type KubernetesObject, startApiServer } from './api-server.ts';

const cases = policyCases.filter(({ policies }) => policies.every(({ rules }) => rules.every(({ kind }) => kind === 'network')));

const objectsOf = (files: { readonly [path: string]: string }): readonly KubernetesObject[] =>
  Object.values(files).flatMap((text) => parseAllDocuments(text).map((document): KubernetesObject => document.toJS()));

describeEngines(['etcd', 'kube-apiserver'], 'a real Kubernetes API server', () => {
  let server: ApiServer | undefined;

  beforeAll(async () => {
    server = await startApiServer();
  }, 120_000);
  afterAll(() => server?.stop(), 60_000);

  it.each(cases.map((each) => [each.name, each] as const))(
    'would take every object of the case `%s`',
    async (_, { policies, inventory }) => {
      const objects = objectsOf(kubernetesTarget.compile(policies, inventory).artifact.files);
      const namespaces = new Set(objects.flatMap(({ metadata: { namespace } }) => namespace ?? []));
      for (const namespace of namespaces) await server!.createNamespace(namespace);
      const complaints = [];
      for (const object of objects) complaints.push({ name: object.metadata.name, complaint: await server!.dryRun(object) });
      expect(complaints).toEqual(objects.map(({ metadata: { name } }) => ({ name, complaint: '' })));
    },
    60_000,
  );

  it('refuses what schemas let pass: a protocol and a port that are none, a field that is not there', async () => {
    const policy = (ports: unknown) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'planted', namespace: 'default' },
      spec: { podSelector: {}, ingress: [{ ports: [ports] }] },
    });
    expect(await server!.dryRun(policy({ protocol: 'TCPX', port: 80 }))).toContain('TCPX');
    expect(await server!.dryRun(policy({ protocol: 'TCP', port: 99_999 }))).toContain('99999');
    expect(await server!.dryRun(policy({ protocol: 'TCP', prot: 80 }))).toContain('prot');
    expect(await server!.dryRun(policy({ protocol: 'TCP', port: 80 }))).toBe('');
  });
});
