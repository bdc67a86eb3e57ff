/** `enforcement.points`: the points that a version goes to: each whose target the version was compiled for. */
import type { Activities } from '../contract.ts';
import { EdictError } from '../../domain/errors.ts';
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
    return { points: points.map(({ name, kind, target }) => ({ point: name, kind, target })) };
  };
}
