/** Where an imported playbook came from, as a comment in its text: the digests of the document and of the plan that it gave. */
import type { Digest } from '../../digest.ts';

/** `plan`: as Plan.digest. */
export type Origin = { readonly document: Digest; readonly plan: string };

const line = /^# imported from CACAO: document (sha256:[0-9a-f]{64}), plan (sha256:[0-9a-f]{64})$/m;

export function printOrigin({ document, plan }: Origin): string {
  return `# imported from CACAO: document ${document}, plan ${plan}\n`;
}

export function readOrigin(text: string): Origin | undefined {
  const match = line.exec(text);
  return match ? { document: match[1] as Digest, plan: match[2] ?? '' } : undefined;
}
