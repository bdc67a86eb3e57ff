/** `enforcement.points`: the points that a version goes to: each whose target the version was compiled for. Each of its rules has one. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
import type { RuleKind } from '../../domain/policy/model.ts';
import { enforcedTargets, targetOf } from '../../domain/policy/targets/index.ts';
import type { PointRow, Store } from '../../store/port.ts';
import { requireRun } from '../effect/check-order.ts';
import { integerParam, textParam } from '../params.ts';
import type { Ports } from '../ports.ts';

export function enforcementPoints(ports: Ports): Activities['enforcement.points'] {
  return async (call) => {
    await requireRun(ports, call);
    const policy = textParam(call, 'policy');
    const version = integerParam(call, 'version');
    const compiled = await ports.store.policies.compilations(policy, version);
    const points = (await ports.store.points.list()).filter((point) => compiled.some((one) => one.target === point.target));
    if (points.length === 0) {
      throw new EdictError(
        'enforcement-point-unknown',
        `no enforcement point takes what \`${policy}\` version ${version} was compiled to`,
        { where: call.step },
      );
    }
    await requireKinds(ports.store, { policy, version, points });
    return { points: points.map(({ name, kind, target }) => ({ point: name, kind, target })) };
  };
}

type Going = { readonly policy: string; readonly version: number; readonly points: readonly PointRow[] };

/** INVARIANT: a version is not called enforced while a rule of it is in force nowhere. */
async function requireKinds(store: Store, { policy, version, points }: Going): Promise<void> {
  const row = await store.policies.version(policy, version);
  const held = new Set<RuleKind>(points.flatMap(({ target }): readonly RuleKind[] => targetOf(target).kinds));
  const lost = row?.document.rules.find(({ kind }) => !held.has(kind));
  if (lost === undefined) return;
  const taken = enforcedTargets.filter(({ kinds }) => (kinds as readonly RuleKind[]).includes(lost.kind)).map(({ name }) => name);
  throw new EdictError('enforcement-point-unknown', `no enforcement point takes rules of the kind \`${lost.kind}\``, {
    where: `${policy}/${lost.id}`,
    expected: `a point of the target ${taken.join(' or ')}`,
    help: 'an administrator adds one with `edict points add`',
  });
}
