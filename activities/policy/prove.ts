/**
 * `policy.prove`: each artifact against the rules, on paper over all requests and through the target's own engine by witnesses; then the
 * policy's own tests. What differs is recorded, and thrown with the counter-example: `proof-failed`.
 */
import type { Activities } from '../contract.ts';
import type { Inventory } from '../../domain/context/inventory.ts';
import { EdictError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { requireBudget } from '../../domain/policy/analysis/budget.ts';
import { decide, prepare } from '../../domain/policy/decide.ts';
import type { Decision, Policy } from '../../domain/policy/model.ts';
import { prove } from '../../domain/policy/prove.ts';
import type { Proof } from '../../domain/policy/prove.ts';
import { printRequest } from '../../domain/policy/request-text.ts';
import type { Artifact } from '../../domain/policy/targets/target.ts';
import type { PolicyVersionRow, ProofRow } from '../../store/port.ts';
import { checkOrder } from '../effect/check-order.ts';
import { requireLossesAccepted } from './losses.ts';
import { type Trial, trialsOf } from './trials.ts';
import { documentsNow, namedVersion, versionsTogether } from './version.ts';
import type { Ports, ProofEngine } from '../ports.ts';

export function policyProve(ports: Ports): Activities['policy.prove'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.prove');
    const version = await namedVersion(ports.store, call);
    const together = await versionsTogether(ports.store, version);
    const documents = documentsNow(together, ports.now);
    const inventory = await ports.store.context.inventory();
    // What was approved is what it is: an inventory that has grown since keeps no exception of it in force beyond its end.
    if (version.status !== 'approved') requireSound(version.document, together, inventory);
    const decider = prepare(documents, inventory);
    const rows: ProofRow[] = [];
    for (const { artifact: digest, losses } of await ports.store.policies.compilations(version.policy, version.version)) {
      const artifact = await ports.store.policies.artifact(digest);
      if (artifact === undefined) throw new EdictError('defect', `artifact \`${digest}\` was compiled but is not stored`);
      ports.caller().heartbeat({ target: artifact.target });
      const proof = prove(documents, inventory, artifact, losses);
      const trials = () => trialsOf({ target: artifact.target, losses, policies: documents, inventory, decider });
      const concrete = await tryWitnesses(ports, artifact, { trials, inventory });
      const { policy, version: number } = version;
      const equal = proof.equal && concrete.differs === undefined;
      rows.push(
        await ports.store.policies.saveProof(
          { policy, version: number, target: artifact.target, artifact: digest, equal, detail: detailOf(proof, concrete) },
          order.requester,
        ),
      );
    }
    requireProved(rows);
    await requireLossesAccepted(ports.store, version);
    return { proved: true, proofs: rows.map(({ target, artifact, detail }) => ({ target, artifact, ...detail })) };
  };
}

/** A test speaks of what is written: it does not fail because an exception has ended. */
function requireSound(document: Policy, together: readonly PolicyVersionRow[], inventory: Inventory): void {
  requireTests(
    document,
    together.map((row) => row.document),
    inventory,
  );
  requireBudget(document, inventory);
}

type Concrete = {
  readonly engine?: string | undefined;
  readonly witnesses: number;
  readonly skipped?: string | undefined;
  readonly differs?: string | undefined;
};

type Trials = { readonly trials: () => readonly Trial[]; readonly inventory: Inventory };

async function tryWitnesses(ports: Ports, artifact: Artifact, { trials, inventory }: Trials): Promise<Concrete> {
  const engine = (await ports.engines[artifact.target]?.()) ?? { unavailable: `nothing here runs ${artifact.target}` };
  if ('unavailable' in engine) return { witnesses: 0, skipped: engine.unavailable };
  const exact = trials();
  const decisions = await engine.decideMany(
    artifact,
    exact.map((one) => one.request),
    { signal: ports.caller().signal },
  );
  const wrong = exact.findIndex((one, index) => !agrees(engine, one.expected, decisions[index]));
  const differs =
    exact[wrong] &&
    `${printRequest(exact[wrong].request, inventory)}: the rules say ${exact[wrong].expected}, ${engine.name} says ${decisions[wrong] ?? 'nothing'}`;
  return { engine: engine.name, witnesses: decisions.filter((decision) => decision !== undefined).length, differs };
}

function agrees({ tells }: ProofEngine, expected: Decision, actual: Decision | undefined): boolean {
  if (actual === undefined) return true;
  return tells === 'decisions' ? actual === expected : (actual === 'deny') === (expected === 'deny');
}

function detailOf(proof: Proof, concrete: Concrete): JsonObject {
  const counterExample = proof.counterExample?.text ?? concrete.differs;
  return {
    classes: proof.classes,
    witnesses: concrete.witnesses,
    ...(concrete.engine === undefined ? {} : { engine: concrete.engine }),
    ...(concrete.skipped === undefined ? {} : { engineSkipped: concrete.skipped }),
    ...(counterExample === undefined ? {} : { counterExample }),
    withinLosses: proof.withinLosses.map(({ rule, direction, text }) => ({ rule, direction, text })),
  };
}

function requireProved(rows: readonly ProofRow[]): void {
  if (rows.length === 0) throw new EdictError('proof-failed', 'nothing was compiled that could be proved');
  const failed = rows.find((row) => !row.equal);
  if (failed === undefined) return;
  const example = failed.detail['counterExample'];
  throw new EdictError(
    'proof-failed',
    `the ${failed.target} artifact does not do what the rules say: ${typeof example === 'string' ? example : 'no example'}`,
  );
}

/** What the author said must come out, comes out. */
function requireTests(document: Policy, together: readonly Policy[], inventory: Inventory): void {
  const decider = prepare(together, inventory);
  for (const test of document.tests) {
    const { decision } = decide(decider, test.request);
    if (decision !== test.decision)
      throw new EdictError(
        'proof-failed',
        `test \`${test.name}\` of policy \`${document.policy}\` expects ${test.decision}, the rules say ${decision}: ${printRequest(test.request, inventory)}`,
      );
  }
}
