/** What a target's artifacts must pass before an engine; run on usual engines by suite.real.test.ts, on slow ones by suite.engines.test.ts. */
import { afterAll, expect, it, jest } from '@jest/globals';
import { witnesses } from '../../../domain/policy/witnesses.ts';
import { describeEngines } from '../../engines/engines.ts';
import { casesOf, hostileAsset, hostileNames, plantedCase, targetOf } from './cases.ts';
import type { Conformance, ConformanceCase, ConformanceEngine } from './conformance.ts';
import { reading } from './reading.ts';

/** An engine starts with its first question, and some take seconds to load. */
jest.setTimeout(60_000);

/** Requests put to an engine, of each case. */
const most = 160;

const networkRequests = ({ policies, inventory }: ConformanceCase) =>
  witnesses(policies, inventory, { most }).map(({ request }) => request);

export function describeEngine(conformance: Conformance, engine: ConformanceEngine): void {
  const target = targetOf(conformance);
  const cases = casesOf(conformance).map((each) => [each.name, each] as const);
  describeEngines(engine.needs, `${conformance.target} before its own engine`, () => {
    afterAll(() => engine.stop?.());

    it('is refused where it is spoilt: a validator that takes anything checks nothing', async () => {
      const { policies, inventory } = plantedCase(conformance);
      const { artifact } = target.compile(policies, inventory);
      const files = Object.fromEntries(Object.entries(artifact.files).map(([path, text]) => [path, engine.spoil(text)]));
      expect(files).not.toEqual(artifact.files);
      expect(await engine.validate({ ...artifact, files })).not.toBe('');
    });

    it.each(cases)('accepts the case `%s`', async (_, { policies, inventory }) => {
      expect(await engine.validate(target.compile(policies, inventory).artifact)).toBe('');
    });

    it('accepts names that are made to lead astray', async () => {
      for (const hostile of hostileNames) {
        const { policies, inventory } = (conformance.hostile ?? hostileAsset)(hostile);
        expect({ hostile, complaint: await engine.validate(target.compile(policies, inventory).artifact) }).toEqual({
          hostile,
          complaint: '',
        });
      }
    });

    if (engine.decide === undefined) return;
    const { decide, requests: requestsOf = networkRequests } = engine;
    it.each(cases)('decides the case `%s` as the reader says', async (_, each) => {
      const { artifact } = target.compile(each.policies, each.inventory);
      const read = reading(target, artifact, each.inventory);
      const requests = requestsOf(each);
      const answers = await decide(artifact, requests);
      const asked = requests.flatMap((request, index) => (answers[index] === undefined ? [] : [{ request, decision: answers[index] }]));
      expect(asked.length).toBeGreaterThan(requests.length / 4);
      expect(asked).toEqual(asked.map(({ request }) => ({ request, decision: read(request) })));
    });
  });
}
