/**
 * Puts a signed bundle on the shelf that OPA polls, and waits until OPA says that it is active. Where that does not come
 * about, the bundle that was there before goes back: a change that was given up must not come in force later by itself.
 */
import { EdictError } from '../../domain/errors.ts';
import { pause, type Deadline } from '../deadline.ts';
import { nothingDesired } from '../desired.ts';
import type { Write } from '../point.ts';
import { buildBundle, type Bundle } from './bundle.ts';
import type { OpaClient } from './client.ts';
import { bundleName } from './config.ts';
import { activeRevision } from './observe.ts';
import type { BundleShelf } from './shelf.ts';
import type { SigningKey } from './signing-key.ts';

export type Publisher = {
  readonly point: string;
  readonly client: OpaClient;
  readonly shelf: BundleShelf;
  readonly key: SigningKey;
  readonly activationTimeoutMs: number;
};

export async function publishBundle(publisher: Publisher, { artifact, applied }: Write, deadline: Deadline): Promise<void> {
  const { point, shelf, key } = publisher;
  const before = (await shelf.get(point)) ?? { point, ...emptyBundle(key) };
  const bundle = buildBundle({ artifact, applied, key });
  await shelf.put({ point, ...bundle });
  try {
    await untilActive(publisher, bundle.revision, deadline);
  } catch (error) {
    await shelf.put(before);
    throw error;
  }
}

function emptyBundle(key: SigningKey): Bundle {
  return buildBundle({ artifact: undefined, applied: { ...nothingDesired, key: 'start', before: nothingDesired }, key });
}

async function untilActive({ point, client, activationTimeoutMs }: Publisher, revision: string, deadline: Deadline): Promise<void> {
  const endAt = Date.now() + activationTimeoutMs;
  let found: string | undefined;
  for (let waitMs = 10; Date.now() < endAt; waitMs = Math.min(waitMs * 1.5, 200)) {
    // Just restarted, OPA may be away for a moment: it has the whole time to come back.
    found = await activeRevision(client, deadline).catch((error: unknown) => {
      if (error instanceof EdictError && error.code === 'enforcement-point-unreachable') return undefined;
      throw error;
    });
    if (found === revision) return;
    await pause(waitMs, deadline);
    deadline.check();
  }
  throw new EdictError('effect-unverified', `\`${point}\` has not activated revision \`${revision}\` within ${activationTimeoutMs} ms`, {
    where: point,
    expected: `revision ${revision} active; it runs ${found ?? 'none'}`,
    help: await reportedFault(client, deadline),
  });
}

/** OPA's own reason, where it has one. */
async function reportedFault(client: OpaClient, deadline: Deadline): Promise<string> {
  const status = await client.get('/v1/status', deadline).catch(() => undefined);
  const bundle = (status as { readonly bundles?: { readonly [name: string]: { readonly message?: string } } } | undefined)?.bundles?.[
    bundleName
  ];
  return bundle?.message === undefined
    ? 'is the API reachable from OPA, and is its bundle token right?'
    : `OPA says: ${bundle.message.slice(0, 300)}`;
}
