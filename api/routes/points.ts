/** Enforcement points. Their settings may hold credentials: they go in and never come out. */
import { pointSettings } from '../../domain/enforcement/point-settings.schema.ts';
import { EdictError } from '../../domain/errors.ts';
import type { PointRow } from '../../store/port.ts';
import type { Point, PointRequest } from '../contract/points.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

/** What points of a kind take: the first unless told. */
const targetsOf = { opa: ['rego', 'rego-access'], nftables: ['nftables'] } as const satisfies Record<
  PointRequest['kind'],
  readonly PointRow['target'][]
>;

export function pointHandlers({ store }: HandlerDeps): HandlersOf<'points.list' | 'points.put'> {
  return {
    'points.list': async () => ({ items: (await store.points.list()).map(pointOf) }),
    'points.put': async ({ body, by }) => {
      requireSettings(body);
      await store.points.put({ ...body, target: targetFor(body) }, by);
      const row = await store.points.get(body.name);
      if (row === undefined) throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${body.name}\``);
      return pointOf(row);
    },
  };
}

function targetFor({ kind, target = targetsOf[kind][0] }: PointRequest): PointRow['target'] {
  const known = targetsOf[kind].find((one) => one === target);
  if (known !== undefined) return known;
  throw new EdictError('input-invalid', `an enforcement point of kind \`${kind}\` does not take \`${target}\``, {
    where: '/target',
    expected: targetsOf[kind].join(' or '),
  });
}

/** What no connector could use is refused here, with the place, and not found out when it matters. */
function requireSettings({ kind, settings }: PointRequest): void {
  const [fault] = pointSettings[kind].safeParse(settings).error?.issues ?? [];
  if (fault === undefined) return;
  throw new EdictError('input-invalid', `these are no settings of an enforcement point of kind \`${kind}\`: ${fault.message}`, {
    where: ['/settings', ...fault.path.map(String)].join('/'),
    help: 'see docs/api.md for what each kind takes',
  });
}

function pointOf({ settings: _settings, ...point }: PointRow): Point {
  return point;
}
