/** Enforcement points. Their settings may hold credentials: they go in and never come out. */
import { EdictError } from '../../domain/errors.ts';
import type { PointRow } from '../../store/port.ts';
import type { Point, PointRequest } from '../contract/points.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

const targetOf = { opa: 'rego', nftables: 'nftables' } as const satisfies Record<PointRequest['kind'], PointRow['target']>;

export function pointHandlers({ store }: HandlerDeps): HandlersOf<'points.list' | 'points.put'> {
  return {
    'points.list': async () => ({ items: (await store.points.list()).map(pointOf) }),
    'points.put': async ({ body, by }) => {
      await store.points.put({ ...body, target: targetOf[body.kind] }, by);
      const row = await store.points.get(body.name);
      if (row === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${body.name}\``);
      return pointOf(row);
    },
  };
}

function pointOf({ settings: _settings, ...point }: PointRow): Point {
  return point;
}
