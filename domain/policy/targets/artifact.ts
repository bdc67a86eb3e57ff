/** Artifacts as they leave a compiler: files in order of path, a digest over target, paths and contents. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type Digest, digestOf } from '../../digest.ts';
import type { Artifact, TargetName } from './target.ts';

type Files = { readonly [path: string]: string };

/**
 * Stands in a file where the artifact's own digest belongs, so that an enforcement point can say what it runs. No digest can
 * cover itself: it is taken with this in its place.
 */
export const selfDigest = `sha256:${'0'.repeat(64)}` satisfies Digest;

/** The digest that an artifact of these files has, given its digest where it holds it. */
export function artifactDigest(target: TargetName, files: Files, stamped?: string): Digest {
  const plain = Object.entries(files).map(
    ([path, text]) => [path, stamped === undefined ? text : text.replaceAll(stamped, selfDigest)] as const,
  );
  return digestOf({ target, files: Object.fromEntries(plain) });
}

/** An artifact of files that hold `selfDigest` where their own digest belongs. */
export function artifactOf(target: TargetName, files: Files): Artifact {
  const digest = artifactDigest(target, files);
  const paths = Object.keys(files).toSorted();
  const stamped = Object.fromEntries(paths.map((path) => [path, (files[path] ?? '').replaceAll(selfDigest, digest)]));
  return { target, digest, files: stamped, sizeBytes: Object.values(stamped).reduce((sum, text) => sum + utf8ToBytes(text).length, 0) };
}
