/** The fields that people fill in for an outside system are those that its settings take. */
import { expect, it } from '@jest/globals';
import { systemKinds } from '../../../domain/systems/catalogue.ts';
import type { SystemKind } from '../../../domain/systems/catalogue.ts';
import { systemSettings } from '../../../domain/systems/system-settings.schema.ts';
import { secretLabels, systemFields } from '../../../console/screens/settings/systems/fields.ts';

const kinds = Object.keys(systemKinds) as SystemKind[];

it.each(kinds)('%s has a field for each of its settings, and for nothing else', (kind) => {
  const { shape } = systemSettings[kind];
  expect(systemFields[kind].map(({ name }) => name).toSorted()).toEqual(Object.keys(shape).toSorted());
  const fields = shape as Readonly<Record<string, { readonly safeParse: (value: unknown) => { readonly success: boolean } }>>;
  for (const { name, required = false, number = false } of systemFields[kind]) {
    expect([name, fields[name]?.safeParse(undefined).success]).toEqual([name, !required]);
    expect([name, fields[name]?.safeParse(1000).success]).toEqual([name, number]);
  }
});

it('each secret has words of its own', () => {
  expect(kinds.flatMap((kind) => systemKinds[kind].secrets).filter((role) => secretLabels[role] === undefined)).toEqual([]);
});
