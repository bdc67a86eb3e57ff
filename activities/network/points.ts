/** The points that see connections: there alone a host can be cut off, and a connection be tried. */
import { isNetworkTarget, targetOf } from '../../domain/policy/targets/index.ts';
import type { PointRow } from '../../store/port.ts';

export function connectionPoints<T extends Pick<PointRow, 'target'>>(points: readonly T[]): readonly T[] {
  return points.filter(({ target }) => isNetworkTarget(targetOf(target)));
}
