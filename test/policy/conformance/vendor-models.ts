/**
 * What vendors publish of their languages, as judges: classes of Azure's and Google Cloud's own libraries and of pan-os-python
 * (vendor-models.py), what Fortinet's and Check Point's Ansible modules say of their APIs (ansible-specs.py), and Cilium's schema of its
 * objects. They know fields, words and types, and no packets.
 */
import { fileURLToPath } from 'node:url';
import { CiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy';
import { parseAllDocuments } from 'yaml';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import type { ConformanceEngine } from './conformance.ts';
import { lineProcess } from './line-process.ts';

/** Judges an artifact of one file. */
function judge(engine: 'vendor-models' | 'ansible', script: string, spoil: ConformanceEngine['spoil']): ConformanceEngine {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { ask, stop } = lineProcess<{ readonly complaint: string }>(() => [engineProgram(engine, 'python'), path]);
  const validate = async ({ target, files }: Artifact) => (await ask({ target, text: Object.values(files)[0] })).complaint;
  return { needs: [engine], validate, spoil, stop };
}

export const vendorModels = (spoil: ConformanceEngine['spoil']): ConformanceEngine => judge('vendor-models', 'vendor-models.py', spoil);

/** Large to get: a `slowEngine`. */
export const ansibleSpecs = (spoil: ConformanceEngine['spoil']): ConformanceEngine => judge('ansible', 'ansible-specs.py', spoil);

export function validateCilium({ files }: Artifact): string {
  const objects = parseAllDocuments(files['cilium-network-policies.yaml']!).map((document): unknown => document.toJS());
  return objects
    .filter((object) => object !== null)
    .flatMap((object) => complaintsOf(object as ConstructorParameters<typeof CiliumNetworkPolicy>[0]))
    .join('\n');
}

function complaintsOf(object: ConstructorParameters<typeof CiliumNetworkPolicy>[0]): readonly string[] {
  try {
    new CiliumNetworkPolicy(object).validate();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
