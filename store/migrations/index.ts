/** Every migration by name, oldest first. One that was released never changes. */
import type { Migration } from 'kysely/migration';
import { up as foundation } from './2026-11-25-foundation.ts';

export const migrations: { readonly [name: string]: Migration } = { '2026-11-25-foundation': { up: foundation } };
