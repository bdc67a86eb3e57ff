/** Every migration by name, oldest first. One that was released never changes. */
import type { Migration } from 'kysely/migration';
import { up as foundation } from './2026-11-25-foundation.ts';
import { up as secretTimes } from './2026-11-25-secret-times.ts';

export const migrations: { readonly [name: string]: Migration } = {
  '2026-11-25-foundation': { up: foundation },
  '2026-11-25-secret-times': { up: secretTimes },
};
