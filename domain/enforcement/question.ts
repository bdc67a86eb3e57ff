/**
 * What a person asks of an enforcement point, and what it answers. Nothing is put in force by a question; a test of a point that sees
 * packets sends one.
 */
import type { Decision, Request } from '../policy/model.ts';

/** `packet`: a real connection was tried. `decision`: the point's decision API was asked. */
export type Probe = {
  readonly decision: Decision;
  readonly method: 'packet' | 'decision';
  readonly detail: string;
  readonly elapsedMs: number;
};

/**
 * Something that the account by which the point is reached may do there, or that the point does for us. `unknown`: it cannot be seen without
 * changing something, or nothing has shown it yet; `detail` says why.
 */
export type PointPermission = {
  readonly name: string;
  readonly held: 'yes' | 'no' | 'unknown';
  readonly detail: string;
  /** What mends it, where it is not held. */
  readonly help?: string | undefined;
};

export type PointQuestion =
  | { readonly kind: 'test'; readonly request: Request }
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'permissions' };

/** Of a test: `probe`, or the `reason` why this request cannot be tried there. Of a dry-run: no `steps` where it is as wanted already. */
export type PointAnswer =
  | { readonly kind: 'test'; readonly probe?: Probe | undefined; readonly reason?: string | undefined }
  | { readonly kind: 'dry-run'; readonly steps: readonly string[] }
  | { readonly kind: 'permissions'; readonly permissions: readonly PointPermission[] };
