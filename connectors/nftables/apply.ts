/** Writes a whole state: loads it into a throw-away namespace, notes what it looks like there, then applies it sealed in one transaction. */
import { EdictError } from '../../domain/errors.ts';
import type { Deadline } from '../deadline.ts';
import type { Write } from '../point.ts';
import { runCommand } from './command.ts';
import { forgetConnections } from './conntrack.ts';
import { contentDigest, parseListing } from './listing.ts';
import { clearText, contentText } from './ruleset.ts';
import { sealTable } from './seal.ts';

const endMark = '# edict: whole';

/**
 * INVARIANT: nft never sees a part of the text. Should this process be killed while it writes, the pipe ends early, and the
 * beginning of a ruleset may be valid: tables deleted and not made again.
 */
const commitScript = `text="$(cat)"
case "$text" in
  *'${endMark}') printf '%s\\n' "$text" | nft -f - ;;
  *) echo 'the ruleset was cut off' >&2; exit 1 ;;
esac`;

export async function applyRuleset(point: string, exec: readonly string[], write: Write, deadline: Deadline): Promise<void> {
  const text = contentText({ artifact: write.artifact, isolations: write.applied.isolations });
  const content = await rehearse(point, exec, text, deadline);
  const seal = sealTable({ format: 1, applied: write.applied, content });
  const input = `${clearText()}${text}${seal}${endMark}\n`;
  await runCommand(point, { prefix: exec, args: ['sh', '-c', commitScript], input, program: 'nft' }, deadline);
  await forgetConnections(point, exec, write.added, deadline);
}

/**
 * What the kernel makes of the text where nobody else can touch it, so that the seal can be part of the real transaction.
 * It is the syntax check as well.
 */
async function rehearse(point: string, exec: readonly string[], text: string, deadline: Deadline) {
  const script = 'nft -f - && nft list ruleset';
  const listing = await runCommand(
    point,
    { prefix: exec, args: ['unshare', '-n', 'sh', '-c', script], input: text, program: 'nft' },
    deadline,
  );
  const parsed = parseListing(point, listing);
  if (parsed.seal !== undefined || parsed.others.length > 0) {
    throw new EdictError(
      'artifact-unreadable',
      `the artifact makes tables of its own: \`${parsed.others.join('`, `') || 'inet edict_seal'}\``,
      { where: point },
    );
  }
  return contentDigest(parsed);
}
