/** A point of kind `opa`: a real OPA, a bundle service, and a proxy that goes wrong in front of OPA. */
import { openConnector } from '../../../connectors/open.ts';
import { servedFor } from '../../../connectors/opa/served.ts';
import { makeSigningKey, publicKeyOf } from '../../../connectors/opa/signing-key.ts';
import { engineBinary } from '../../stack/fixture.ts';
import { startBundleService, type BundleService } from '../bundle-service.ts';
import type { Bench } from '../conformance.ts';
import { startFaultProxy } from '../fault-proxy.ts';
import { startOpaProcess, type OpaProcess } from '../opa-process.ts';
import { accessArtifacts, artifacts } from '../policies.ts';

export type OpaBench = Bench & { readonly service: BundleService; readonly opa: OpaProcess };

const points = { rego: 'opa-1', 'rego-access': 'access-1' } as const;
const key = { keyId: 'edict-test', privateKeyPem: makeSigningKey() };

export async function startOpaBench(target: keyof typeof points = 'rego'): Promise<OpaBench> {
  const point = points[target];
  const { bundle } = servedFor(point, target);
  const service = await startBundleService();
  const config = {
    apiUrl: service.url,
    bundleToken: 'bundle-token',
    point: points.rego,
    accessPoint: points['rego-access'],
    publicKeyPem: publicKeyOf(key.privateKeyPem),
    keyId: key.keyId,
  };
  const opa = await startOpaProcess(engineBinary('opa'), config);
  let putsBefore = 0;
  const proxy = await startFaultProxy(opa.url, () => service.puts.length > putsBefore);
  const compiled = target === 'rego' ? artifacts('rego') : accessArtifacts();
  const ports = {
    artifacts: async (digest: string) => [compiled.strict, compiled.shut].find((artifact) => artifact.digest === digest),
    shelf: service.shelf,
    signingKey: async () => key,
    secret: async (name: string) => (name === 'opa-token' ? opa.token : undefined),
  };
  return {
    service,
    opa,
    artifacts: compiled,
    open: (timeoutMs = 20_000) =>
      openConnector(
        { name: point, kind: 'opa', target, settings: { url: proxy.url, tokenSecret: 'opa-token', timeoutMs, activationTimeoutMs: 4000 } },
        ports,
      ),
    setFault: (fault) => {
      putsBefore = service.puts.length;
      proxy.set(fault);
    },
    changes: async () => service.puts.length,
    drifts: {
      'puts an older bundle back': async () => {
        const older = service.puts.at(-2)!;
        await service.shelf.put(older);
        await untilActive(opa, older.revision, bundle);
      },
      'puts a bundle on the shelf that we have not signed': async () => {
        const bytes = service.puts.at(-1)!.bytes.slice();
        bytes[bytes.length >> 1]! ^= 1;
        await service.shelf.put({ point, revision: 'forged', bytes });
        await new Promise((resolve) => setTimeout(resolve, 200));
      },
    },
    stop: async () => {
      await opa.stop();
      await proxy.close();
      await service.close();
    },
  };
}

export async function untilActive(opa: OpaProcess, revision: string, bundle: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${opa.url}/v1/data/system/bundles/${bundle}/manifest/revision`, {
      headers: { authorization: `Bearer ${opa.token}` },
    });
    if (((await answer.json()) as { result?: string }).result === revision) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`revision ${revision} did not become active`);
}
