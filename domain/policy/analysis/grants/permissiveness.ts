/** The measured size of what policies grant: of access, and of the use of models. */
import type { Inventory } from '../../../context/inventory.ts';
import type { AccessKind } from '../../access/policies.ts';
import type { Policy } from '../../model.ts';
import { accessSubject, type AccessSubject } from '../access.ts';
import { type GrantSize, grantSize } from './size.ts';

/** Absent where there is no such rule. */
export type GrantSizes = { readonly [kind in AccessKind]?: GrantSize };

/** Throws what `accessSubject` throws. */
export function grantSizes(policies: readonly Policy[], inventory: Inventory): GrantSizes {
  return sizesOf((['access', 'ai'] as const).flatMap((kind) => accessSubject(policies, inventory, kind) ?? []));
}

export function sizesOf(subjects: readonly AccessSubject[]): GrantSizes {
  return Object.fromEntries(subjects.map((subject) => [subject.kind, grantSize(subject)]));
}

const words: Readonly<Record<AccessKind, string>> = { access: 'grants of access', ai: 'grants of models' };

/** `37 of 1200 grants of access`. */
export function printGrants(kind: AccessKind, { grants, of, anybody }: GrantSize): string {
  return `${grants} of ${of} ${words[kind]}${anybody ? ', and some to anybody' : ''}`;
}
