/** Enforcement points. Their settings may hold credentials: they go in and never come out. */
import { driftBetween } from '../../domain/enforcement/drift.ts';
import { pointSettings } from '../../domain/enforcement/point-settings.schema.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PointRow, Store } from '../../store/port.ts';
import type { Point, PointRequest } from '../contract/points.ts';
import type { HandlerDeps, HandlersOf } from '../handler.ts';

/** What points of a kind take: the first unless told. */
const targetsOf = { opa: ['rego', 'rego-access'], nftables: ['nftables'] } as const satisfies Record<
  PointRequest['kind'],
  readonly PointRow['target'][]
>;

export function pointHandlers({ store }: HandlerDeps): HandlersOf<'points.list' | 'points.get' | 'points.put' | 'points.remove'> {
  return {
    'points.list': async () => ({ items: (await store.points.list()).map(pointOf) }),
    'points.get': async ({ params }) => pointOf(await requirePoint(store, params.name)),
    'points.put': async ({ body, by }) => {
      requireSettings(body);
      await store.points.put({ ...body, target: targetFor(body) }, by);
      return pointOf(await requirePoint(store, body.name));
    },
    'points.remove': async ({ params, by }) => {
      await store.points.remove(params.name, by);
      return undefined;
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

export async function requirePoint(store: Store, name: string): Promise<PointRow> {
  const row = await store.points.get(name);
  if (row !== undefined) return row;
  throw new EdictError('enforcement-point-unknown', `there is no enforcement point \`${name}\``);
}

/** Only of one that was seen to have drifted: what is wanted may have changed since it was seen. */
export function driftOf({ health, desired, observed = {} }: Pick<PointRow, 'health' | 'desired' | 'observed'>): readonly string[] {
  if (health !== 'drifted') return [];
  const { artifactDigest, isolationKeys, intact } = observed;
  return driftBetween(
    { artifact: desired.artifact, isolationKeys: textsOf(desired.isolations.map(({ key }) => key ?? null)) },
    {
      artifactDigest: typeof artifactDigest === 'string' ? artifactDigest : undefined,
      isolationKeys: textsOf(isolationKeys),
      intact: intact === true,
    },
  );
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function pointOf({ settings: _settings, ...point }: PointRow): Point {
  return { ...point, drift: driftOf(point) };
}
