/**
 * `policy.compile`: the rules in force now together with this version, to every target that is enforced and holds rules of its kinds;
 * artifacts are stored by digest.
 */
import type { Activities } from '../contract.ts';
import type { RuleKind } from '../../domain/policy/model.ts';
import { printRequest } from '../../domain/policy/request-text.ts';
import { type AnyTarget, enforcedTargets } from '../../domain/policy/targets/index.ts';
import type { PolicyVersionRow, Store } from '../../store/port.ts';
import type { Compilation } from '../../domain/policy/targets/target.ts';
import { checkOrder } from '../effect/check-order.ts';
import { documentsNow, namedVersion, versionsTogether } from './version.ts';
import type { Ports } from '../ports.ts';

/** Losses shown in the run; all of them are in the store. */
const shown = 20;

export function policyCompile(ports: Ports): Activities['policy.compile'] {
  return async (call) => {
    const { order } = await checkOrder(ports, call, 'policy.compile');
    const version = await namedVersion(ports.store, call);
    const documents = documentsNow(await versionsTogether(ports.store, version), ports.now);
    const inventory = await ports.store.context.inventory();
    const compilations: Compilation[] = [];
    for (const { name, compile } of await targetsOf(ports.store, version)) {
      ports.caller().heartbeat({ target: name });
      const compilation = compile(documents, inventory);
      await ports.store.policies.saveCompilation({ policy: version.policy, version: version.version, ...compilation, by: order.requester });
      compilations.push(compilation);
    }
    return {
      artifacts: compilations.map(({ artifact: { target, digest, sizeBytes } }) => ({ target, digest, sizeBytes })),
      losses: compilations
        .flatMap(({ losses }) => losses)
        .slice(0, shown)
        .map(({ target, rule, reason, direction, witness }) => ({
          target,
          rule,
          reason,
          direction,
          witness: printRequest(witness, inventory),
        })),
    };
  };
}

/** Of this version, and of the one that it takes the place of: what is not there any more has to go from where it is in force. */
async function targetsOf(store: Store, { policy, document }: PolicyVersionRow): Promise<readonly AnyTarget[]> {
  const before = (await store.policies.inForce()).filter((row) => row.policy === policy);
  const kinds = new Set([document, ...before.map((row) => row.document)].flatMap(({ rules }) => rules.map(({ kind }) => kind)));
  return enforcedTargets.filter((target) => [...kinds].some((kind) => holds(target, kind)));
}

function holds({ kinds }: AnyTarget, kind: RuleKind): boolean {
  return (kinds as readonly RuleKind[]).includes(kind);
}
