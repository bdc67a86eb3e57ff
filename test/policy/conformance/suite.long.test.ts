/**
 * What every target of the registry must do, on paper; suite.real.test.ts asks the engines. All of it in continuous integration (or with CI
 * set); a third of the mutants and a few names where somebody waits for the answer.
 */
import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Inventory } from '../../../domain/context/inventory.ts';
import { decide, prepare } from '../../../domain/policy/decide.ts';
import type { Decision, Policy } from '../../../domain/policy/model.ts';
import { prove } from '../../../domain/policy/prove.ts';
import { targets } from '../../../domain/policy/targets/index.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { casesOf, goldenCases, hostileAsset, hostileNames, isWhole, plantedCase, smallChanges, targetOf } from './cases.ts';
import { fateOf, plant, type Planted } from './fate.ts';
import { conformances } from './index.ts';
import { reading } from './reading.ts';

const update = process.env['UPDATE_GOLDEN'] === '1';
const leastMutants = 20;

/** How much each decision lets through: what nobody decides lies between. */
const permits: Readonly<Record<Decision, number>> = { deny: 0, 'not-applicable': 1, allow: 2 };

it('covers every target of the registry', () => {
  expect(Object.keys(conformances).toSorted()).toEqual(Object.keys(targets).toSorted());
});

describe.each(Object.values(conformances).map((each) => [each.target, each] as const))('%s', (name, conformance) => {
  const target = targetOf(conformance);

  it('says what it takes and what it cannot say', () => {
    expect(target).toMatchObject({ name, kinds: expect.arrayContaining([expect.any(String)]) });
    for (const sentence of target.cannotSay) expect(sentence).toMatch(/^\S.*\S$/);
  });

  describe.each(casesOf(conformance).map((each) => [each.name, each] as const))('case: %s', (caseName, { policies, inventory }) => {
    const { artifact, losses } = target.compile(policies, inventory);

    it('is proved, and each loss that it declares shows, with a request on which it does otherwise', () => {
      const proof = prove(policies, inventory, artifact, losses);
      expect(proof.counterExample?.text).toBeUndefined();
      expect(proof.equal).toBe(true);
      const shown = (target.kinds as readonly string[]).includes('network') ? losses : [];
      for (const { rule, direction } of shown) expect(proof.withinLosses).toContainEqual(expect.objectContaining({ rule, direction }));
      const decider = prepare(policies, inventory);
      for (const { request, expected, actual } of proof.withinLosses) {
        expect(decide(decider, request).decision).toBe(expected);
        expect(actual).not.toBe(expected);
      }
      const read = reading(target, artifact, inventory);
      for (const { rule, witness, reason, direction } of losses) {
        const [meant, done] = [decide(decider, witness).decision, read(witness)];
        expect({ rule, meant, done, direction: permits[done] > permits[meant] ? 'over-permits' : 'under-permits' }).toEqual({
          rule,
          meant,
          done,
          direction,
        });
        expect(done).not.toBe(meant);
        expect(reason).not.toBe('');
      }
    });

    it('is not proved when its losses are kept silent', () => {
      if (losses.length > 0) expect(prove(policies, inventory, artifact, []).equal).toBe(false);
    });

    if (!isWhole && caseName !== plantedCase(conformance).name) return;
    it('gives the same bytes again, whatever the order of policies and of the inventory', () => {
      expect(target.compile(structuredClone(policies), structuredClone(inventory)).artifact).toEqual(artifact);
      expect(target.compile(policies.toReversed(), reversed(inventory)).artifact.files).toEqual(artifact.files);
    });
  });

  describe('mutants', () => {
    let planted: Planted | undefined;

    const tried = conformance.mutations.filter((_, index) => isWhole || index % 14 === 0);
    it.each(tried.map((each) => [each[0], each[1], each] as const))('%s: is %s', (_, fate, mutation) => {
      planted ??= plant(conformance);
      expect(fateOf(conformance, planted, mutation)).toBe(fate);
    });

    it('are many enough, most of them refuted', () => {
      const judged = conformance.mutations.filter(([, fate]) => fate !== 'unreadable');
      expect(judged.length).toBeGreaterThanOrEqual(leastMutants);
      expect(judged.filter(([, fate]) => fate === 'refuted').length).toBeGreaterThan(judged.length / 2);
      expect(new Set(conformance.mutations.map(([mutant]) => mutant)).size).toBe(conformance.mutations.length);
    });
  });

  it.each(hostileNames)('is not led astray by the name %j', (hostile) => {
    const { policies, inventory } = (conformance.hostile ?? hostileAsset)(hostile);
    const { artifact, losses } = target.compile(policies, inventory);
    const plain = (conformance.hostile ?? hostileAsset)('plain');
    expect(losses.length).toBe(target.compile(plain.policies, plain.inventory).losses.length);
    expect(prove(policies, inventory, artifact, losses)).toMatchObject({ equal: true });
    for (const text of Object.values(artifact.files)) expect(text.replaceAll(/[\n\t]/g, '').match(/[\p{Cc}\u2028\u202E]/u)).toBeNull();
  });

  it.each(['a"b', 'a\nb', 'A', '', 'a'.repeat(65), 'a/b'])('refuses ids of rules and policies that are none: %j', (id) => {
    const { policies, inventory } = (conformance.hostile ?? hostileAsset)('plain');
    const refused = expect.objectContaining({ code: 'policy-invalid' });
    const [policy] = policies as [Policy];
    expect(() => target.compile([{ ...policy, policy: id }], inventory)).toThrow(refused);
    expect(() => target.compile([{ ...policy, rules: policy.rules.map((rule) => ({ ...rule, id })) }], inventory)).toThrow(refused);
  });

  it('keeps the rest as it was when one rule comes or goes', () => {
    const { policies, inventory } = plantedCase(conformance);
    const before = target.compile(policies, inventory).artifact;
    for (const [change, changed] of smallChanges(policies)) {
      const after = target.compile(changed, inventory).artifact;
      // One rule more that says what another says may add nothing.
      if (change === 'a rule less') expect(after.digest).not.toBe(before.digest);
      expect({ change, share: changedShare(before, after) < mostChanged }).toEqual({ change, share: true });
    }
  });

  it('refuses what is beyond its budget, rather than being cut off at the enforcement point', () => {
    expect(conformance.tooLarge !== undefined).toBe(target.budget !== undefined);
    if (conformance.tooLarge === undefined) return;
    const { of, says } = conformance.tooLarge;
    expect(() => target.compile(of.policies, of.inventory)).toThrow(says);
  });

  describe('goldens', () => {
    it.each(goldenCases(conformance).map((each) => [each.name, each] as const))(
      '%s reads as it did (UPDATE_GOLDEN=1 writes it anew)',
      (folder, { policies, inventory }) => {
        const { files } = target.compile(policies, inventory).artifact;
        const golden = new URL(`../../golden/policy/${name}/${folder}/`, import.meta.url);
        if (update) for (const [path, text] of Object.entries(files)) write(new URL(path, golden), text);
        expect(readGolden(golden)).toEqual(files);
      },
    );
  });
});

function write(file: URL, text: string): void {
  mkdirSync(dirname(file.pathname), { recursive: true });
  writeFileSync(file, text);
}

function readGolden(folder: URL): { readonly [path: string]: string } {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder.pathname, path), readFileSync(path, 'utf8')];
    }),
  );
}

function reversed({ zones, assets, ...rest }: Inventory): Inventory {
  return { ...rest, zones: zones.toReversed(), assets: assets.toReversed() };
}

/** One rule of a dozen: at most this part of the lines may change, the digests included. */
const mostChanged = 0.35;

function changedShare(before: Artifact, after: Artifact): number {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const lost = subtractLines(old, fresh).length;
  const gained = subtractLines(fresh, old).length;
  return (lost + gained) / (old.length + fresh.length);
}

function subtractLines(from: readonly string[], lines: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const each of lines) left.set(each, (left.get(each) ?? 0) + 1);
  return from.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count <= 0;
  });
}

function linesOf({ files }: Artifact): readonly string[] {
  return Object.entries(files).flatMap(([path, text]) =>
    (path.endsWith('.json') ? JSON.stringify(JSON.parse(text), null, 1) : text).split('\n'),
  );
}
