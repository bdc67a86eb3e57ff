/** What is stored of a secret of 256 random bits: it needs no slow hash. */
import { createHash } from 'node:crypto';

export function secretHash(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}
