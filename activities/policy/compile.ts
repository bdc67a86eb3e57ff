/** `policy.compile`: the rules in force now together with this version, to every target that is enforced; artifacts are stored by digest. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Policy } from '../../domain/policy/model.ts';
import { printRequest } from '../../domain/policy/request-text.ts';
import { enforcedTargets } from '../../domain/policy/targets/index.ts';
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
    requireEnforceable(version.document);
    const documents = documentsNow(await versionsTogether(ports.store, version), ports.now);
    const inventory = await ports.store.context.inventory();
    const compilations: Compilation[] = [];
    for (const { name, compile } of enforcedTargets) {
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

/** INVARIANT: a rule that no point would ever see is not called proved and enforced. */
function requireEnforceable({ policy, rules }: Policy): void {
  const lost = rules.find(({ kind }) => !enforcedTargets.some(({ kinds }) => kinds.includes(kind)));
  if (lost === undefined) return;
  throw new EdictError('policy-invalid', `no enforcement point of ours takes rules of the kind \`${lost.kind}\``, {
    where: `${policy}/${lost.id}`,
    expected: [...new Set(enforcedTargets.flatMap(({ kinds }) => kinds))].join(', '),
    help: 'compile and prove it with `edict policy compile`, and bring the artifact to where it belongs',
  });
}
