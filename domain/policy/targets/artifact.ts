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

/**
 * An artifact as somebody gives it, by the names that its compiler gives its files. What it says of its own digest is taken as said: what
 * it does is read and compared, and that is what tells whether it is as it should be.
 */
export function givenArtifact(target: TargetName, files: Files): Artifact {
  const artifact = artifactOf(target, files);
  const said = Object.values(files).flatMap((text) => /sha256:([0-9a-f]{64})/u.exec(text)?.[1] ?? [])[0];
  return said === undefined ? artifact : { ...artifact, files, digest: `sha256:${said}` };
}
