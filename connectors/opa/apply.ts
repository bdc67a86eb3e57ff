/**
 * Puts a signed bundle on the shelf that OPA polls, and waits until OPA says that it is active. Where OPA does not
 * take it, the bundle that was there before goes back: a change that failed must not come in force later by itself. A bundle
 * that still waits for OPA when the caller gave up is seen by the next observation: the point is not intact then.
 */
import { EdictError } from '../../domain/errors.ts';
import { pause, type Deadline } from '../deadline.ts';
import { nothingDesired } from '../desired.ts';
import type { Write } from '../point.ts';
import { buildBundle, type Bundle } from './bundle.ts';
import type { OpaClient } from './client.ts';
import { activeRevision } from './observe.ts';
import type { Served } from './served.ts';
import type { BundleShelf } from './shelf.ts';
import type { SigningKey } from './signing-key.ts';

export type Publisher = {
  readonly point: string;
  readonly served: Served;
  readonly client: OpaClient;
  readonly shelf: BundleShelf;
  readonly key: SigningKey;
  readonly activationTimeoutMs: number;
};

const lookAtShelfEvery = 10;

export async function publishBundle(publisher: Publisher, { artifact, applied }: Write, deadline: Deadline): Promise<void> {
  const { point, served, shelf, key } = publisher;
  const before = (await shelf.get(point)) ?? { point, ...emptyBundle(publisher) };
  const bundle = buildBundle({ served, artifact, applied, key });
  await shelf.put({ point, ...bundle });
  if (await becomesActive(publisher, bundle.revision, deadline)) return;
  // INVARIANT: only our own bundle is taken back, never one that somebody put there since.
  if ((await shelf.get(point))?.revision !== bundle.revision) throw superseded(point);
  const reason = await reportedFault(publisher, deadline);
  await shelf.put(before);
  throw new EdictError(
    'effect-unverified',
    `\`${point}\` has not activated revision \`${bundle.revision}\` within ${publisher.activationTimeoutMs} ms`,
    { where: point, help: reason },
  );
}

function emptyBundle({ served, key }: Publisher): Bundle {
  return buildBundle({ served, artifact: undefined, applied: { ...nothingDesired, key: 'start', before: nothingDesired }, key });
}

/** False when the time is over, or when another bundle has taken the place of this one. */
async function becomesActive(publisher: Publisher, revision: string, deadline: Deadline): Promise<boolean> {
  const { point, shelf, activationTimeoutMs } = publisher;
  const endAt = Date.now() + activationTimeoutMs;
  for (let round = 0; Date.now() < endAt; round += 1) {
    if ((await currentRevision(publisher, deadline)) === revision) return true;
    if (round % lookAtShelfEvery === lookAtShelfEvery - 1 && (await shelf.get(point))?.revision !== revision) return false;
    await pause(Math.min(10 + round * 10, 200), deadline);
    deadline.check();
  }
  return false;
}

/** Just restarted, OPA may be away for a moment: it has the whole time to come back. */
async function currentRevision(publisher: Publisher, deadline: Deadline): Promise<string | undefined> {
  try {
    return await activeRevision(publisher, deadline);
  } catch (error) {
    if (error instanceof EdictError && error.code === 'enforcement-point-unreachable') return undefined;
    throw error;
  }
}

function superseded(point: string): EdictError {
  return new EdictError('conflict', `another change of \`${point}\` took the place of this one`, {
    where: point,
    help: 'changes of one point are made under its lock',
  });
}

/** OPA's own reason, where it has one. */
async function reportedFault({ client, served }: Publisher, deadline: Deadline): Promise<string> {
  const status = await client.get('/v1/status', deadline).catch(() => undefined);
  const bundle = (status as { readonly bundles?: { readonly [name: string]: { readonly message?: string } } } | undefined)?.bundles?.[
    served.bundle
  ];
  return bundle?.message === undefined
    ? 'is the API reachable from OPA, and is its bundle token right?'
    : `OPA says: ${bundle.message.slice(0, 300)}`;
}
