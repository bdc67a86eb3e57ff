/**
 * What vendors publish of their languages, as judges: classes of Azure's and Google Cloud's own libraries and of pan-os-python (all by
 * vendor-models.py), and Cilium's schema of its objects. They know fields, words and types, and no packets.
 */
import { fileURLToPath } from 'node:url';
import { CiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy';
import { parseAllDocuments } from 'yaml';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { engineProgram } from '../../engines/engines.ts';
import type { ConformanceEngine } from './conformance.ts';
import { lineProcess } from './line-process.ts';

const script = fileURLToPath(new URL('vendor-models.py', import.meta.url));

/** Of an artifact's one file. */
export function vendorModels(spoil: ConformanceEngine['spoil']): ConformanceEngine {
  const { ask, stop } = lineProcess<{ readonly complaint: string }>(() => [engineProgram('vendor-models', 'python'), script]);
  const validate = async ({ target, files }: Artifact) => (await ask({ target, text: Object.values(files)[0] })).complaint;
  return { needs: ['vendor-models'], validate, spoil, stop };
}

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
