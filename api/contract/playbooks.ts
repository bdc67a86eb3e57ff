/** Playbooks: the published procedures, and starting one by hand. */
import { z } from 'zod';
import { Digest, Id, JsonMap, list, Name, Time } from './values.ts';
import { PlaybookVersion } from './publishing.ts';
import type { RouteSpec } from './route.ts';

export const PlaybookSummary = z
  .object({
    playbook: Name,
    version: z.string(),
    title: z.string(),
    digest: Digest,
    publishedAt: Time,
    /** Roles that may start it by hand; absent: nobody may. */ manual: list(z.string()).optional(),
  })
  .meta({ id: 'PlaybookSummary' });
export type PlaybookSummary = z.infer<typeof PlaybookSummary>;

/** `source` is the YAML as it was published, byte for byte. */
export const Playbook = PlaybookSummary.extend({ source: z.string() }).meta({ id: 'Playbook' });
export type Playbook = z.infer<typeof Playbook>;

export const PlaybookList = z.object({ items: list(PlaybookSummary) }).meta({ id: 'PlaybookList' });
export const PlaybookParams = z.strictObject({ name: Name });

export const StartRunRequest = z.strictObject({
  inputs: JsonMap.optional(),
  /** The incident that it is for. */ incident: Id.optional(),
  /** Another than the newest one. */ version: PlaybookVersion.optional(),
  /** Why it waits before its first step, until it is resumed. */ paused: z.string().min(1).max(2000).optional(),
});
export type StartRunRequest = z.infer<typeof StartRunRequest>;
export const StartRunReply = z
  .object({ run: z.string(), playbook: Name, version: z.string(), planDigest: z.string() })
  .meta({ id: 'StartRunReply' });
export type StartRunReply = z.infer<typeof StartRunReply>;

export const playbookRoutes = {
  'playbooks.list': {
    method: 'GET',
    path: '/v1/playbooks',
    access: 'playbooks:read',
    status: 200,
    summary: 'Lists the playbooks in their newest versions.',
    reply: PlaybookList,
  },
  'playbooks.get': {
    method: 'GET',
    path: '/v1/playbooks/:name',
    access: 'playbooks:read',
    status: 200,
    summary: 'Shows a playbook with its source, in its newest version where none is named.',
    params: PlaybookParams,
    query: z.strictObject({ version: PlaybookVersion.optional() }),
    reply: Playbook,
  },
  'playbooks.run': {
    method: 'POST',
    path: '/v1/playbooks/:name/runs',
    access: 'runs:order',
    status: 201,
    summary: 'Starts a playbook by hand, where its manual trigger names a role of the caller.',
    params: PlaybookParams,
    body: StartRunRequest,
    reply: StartRunReply,
  },
} as const satisfies Record<string, RouteSpec>;
