/**
 * Policies to Rego: policy.rego never changes; data.json holds the decision diagram of the policies, as tables that lead from a
 * destination to its node, from a source, a service, … to its class, and nodes that lead from a class to the next node, at last to an
 * answer with its reasons.
 * Nothing is lost in this target.
 *
 * Classes are named by their first value and nodes by their content, so that a small change of the policies is a small one here.
 */
import type { Inventory } from '../../../context/inventory.ts';
import { decisionDiagram } from '../../decide.ts';
import type { Policy } from '../../model.ts';
import { artifactOf } from '../artifact.ts';
import type { Compilation } from '../target.ts';
import { tablesOf } from './lines.ts';
import { nodesOf } from './nodes.ts';
import { policyText } from './policy-text.ts';
import { printData } from './print-data.ts';

export function compileRego(policies: readonly Policy[], inventory: Inventory): Compilation {
  const diagram = decisionDiagram(policies, inventory);
  const { destinations, ...nodes } = nodesOf(diagram);
  const rules = { timezone: diagram.timezone ?? null, ...tablesOf(diagram.store.space, destinations), ...nodes };
  const files = { 'data.json': printData({ edict: { isolations: [], rules } }), 'policy.rego': policyText };
  return { artifact: artifactOf('rego', files), losses: [] };
}
