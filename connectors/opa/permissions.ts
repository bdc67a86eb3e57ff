/**
 * What our token may do at one OPA (its REST API, https://www.openpolicyagent.org/docs/rest-api), and what OPA does for us. Nothing is written
 * into OPA: it fetches signed bundles by itself, and that it runs the one that lies there for it is seen, or not.
 */
import type { PointPermission } from '../../domain/enforcement/question.ts';
import { EdictError } from '../../domain/errors.ts';
import type { Deadline } from '../deadline.ts';
import type { OpaClient } from './client.ts';
import { activeRevision, type BundleSource } from './observe.ts';

/** `stranger`: the same OPA, asked without a token. */
export type Examined = BundleSource & { readonly stranger: OpaClient };

export async function opaPermissions(examined: Examined, deadline: Deadline): Promise<readonly PointPermission[]> {
  const { client, served } = examined;
  return [
    permission('read what is in force', await refusal(activeRevision(examined, deadline)), 'the revision that OPA runs is told'),
    permission('read its policies', await refusal(client.get('/v1/policies', deadline)), 'their text is told, and compared'),
    permission(
      'ask for decisions',
      await refusal(client.ask(`/v1/data/${served.decision}`, { probe: true }, deadline)),
      `${served.decision} answers`,
    ),
    await fetching(examined, deadline),
    await closed(examined, deadline),
  ];
}

/** The refusal, where it is one; whatever else goes wrong says nothing of permissions. */
async function refusal(work: Promise<unknown>): Promise<EdictError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof EdictError && error.code === 'enforcement-point-refused') return error;
    throw error;
  }
}

function permission(name: string, refused: EdictError | undefined, detail: string): PointPermission {
  return refused === undefined ? { name, held: 'yes', detail } : { name, held: 'no', detail: refused.message, help: refused.help };
}

/** OPA verifies a bundle's signature before it runs it: one that is active was fetched, and its signature is ours. */
async function fetching(examined: Examined, deadline: Deadline): Promise<PointPermission> {
  const name = 'have it fetch our signed bundle';
  const shelved = await examined.shelf.get(examined.point);
  if (shelved === undefined) return { name, held: 'unknown', detail: 'nothing was put in force here yet' };
  let active: string | undefined;
  const refused = await refusal(activeRevision(examined, deadline).then((revision) => (active = revision)));
  if (refused !== undefined) return { name, held: 'unknown', detail: 'what it runs cannot be read' };
  if (active === shelved.revision) return { name, held: 'yes', detail: 'it fetched, verified and runs the last one' };
  return {
    name,
    held: 'no',
    detail: `it runs ${active ?? 'none'}, and ${shelved.revision} lies there for it`,
    help: 'is the API reachable from OPA, and are its bundle token and our public key right?',
  };
}

async function closed({ stranger }: Examined, deadline: Deadline): Promise<PointPermission> {
  const name = 'keep strangers out';
  if ((await refusal(stranger.get('/v1/policies', deadline))) !== undefined)
    return { name, held: 'yes', detail: 'without our token it answers nobody' };
  return {
    name,
    held: 'no',
    detail: 'it answers without a token: whoever reaches it may read and write its policies',
    help: 'start OPA with `--authentication=token --authorization=basic`, and name the token in the point’s settings',
  };
}
