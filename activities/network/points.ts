/** The points that see connections: there alone a host can be cut off, and a connection be tried. */
import { isNetworkTarget, targetOf } from '../../domain/policy/targets/index.ts';
import type { PointRow, Store } from '../../store/port.ts';

export async function connectionPoints(store: Store): Promise<readonly PointRow[]> {
  return (await store.points.list()).filter(({ target }) => isNetworkTarget(targetOf(target)));
}
