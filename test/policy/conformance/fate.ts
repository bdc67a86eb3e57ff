/** What becomes of a changed artifact: compiled, changed, proved. */
import { expect } from '@jest/globals';
import { EdictError } from '../../../domain/errors.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import { prove } from '../../../domain/policy/prove.ts';
import type { Artifact, Compilation } from '../../../domain/policy/targets/target.ts';
import { plantedCase, targetOf } from './cases.ts';
import type { Conformance, Fate, Mutation } from './conformance.ts';

export type Planted = { readonly compiled: Compilation; readonly decider: ReturnType<typeof prepare> };

export function plant(conformance: Conformance): Planted {
  const { policies, inventory } = plantedCase(conformance);
  return { compiled: targetOf(conformance).compile(policies, inventory), decider: prepare(policies, inventory) };
}

export function fateOf(conformance: Conformance, { compiled, decider }: Planted, [, , change, file = conformance.file]: Mutation): Fate {
  const { artifact, losses } = compiled;
  const text = change(artifact.files[file]!);
  expect(text).not.toEqual(artifact.files[file]);
  const mutant: Artifact = { ...artifact, files: { ...artifact.files, [file]: text } };
  const { policies, inventory } = plantedCase(conformance);
  try {
    const { equal, counterExample } = prove(policies, inventory, mutant, losses);
    expect(equal).toBe(counterExample === undefined);
    if (counterExample === undefined) return 'equivalent';
    expect(counterExample.actual).not.toEqual(counterExample.expected);
    expect(decide(decider, counterExample.request).decision).toBe(counterExample.expected);
    expect(counterExample.text).not.toBe('');
    return 'refuted';
  } catch (error) {
    if (error instanceof EdictError && error.code === 'artifact-unreadable') return 'unreadable';
    throw error;
  }
}
