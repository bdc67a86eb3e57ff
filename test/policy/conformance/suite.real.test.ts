/** Every artifact of every target before the language's own validator, and before its engine where it has one that answers. */
import { afterAll, expect, it } from '@jest/globals';
import { describeEngines } from '../../engines/engines.ts';
import { witnesses } from '../../../domain/policy/witnesses.ts';
import { casesOf, hostileAsset, hostileNames, plantedCase, targetOf } from './cases.ts';
import { conformances } from './index.ts';
import { decideRead } from '../read-decision.ts';

/** Requests put to an engine, of each case. */
const most = 160;

for (const conformance of Object.values(conformances)) {
  const { target: name, engine } = conformance;
  if (engine === undefined) continue;
  const target = targetOf(conformance);
  describeEngines(engine.needs, `${name} before its own validator`, () => {
    it('is refused where it is spoilt: a validator that takes anything checks nothing', async () => {
      const { policies, inventory } = plantedCase(conformance);
      const { artifact } = target.compile(policies, inventory);
      const files = Object.fromEntries(Object.entries(artifact.files).map(([path, text]) => [path, engine.spoil(text)]));
      expect(files).not.toEqual(artifact.files);
      expect(await engine.validate({ ...artifact, files })).not.toBe('');
    });

    it.each(casesOf(conformance).map((each) => [each.name, each] as const))('accepts the case `%s`', async (_, { policies, inventory }) => {
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

    afterAll(() => engine.stop?.());

    if (engine.decide === undefined) return;
    const { decide } = engine;
    it.each(casesOf(conformance).map((each) => [each.name, each] as const))(
      'decides the case `%s` as the reader says',
      async (_, { policies, inventory }) => {
        const { artifact } = target.compile(policies, inventory);
        const read = target.read(artifact);
        const requests = witnesses(policies, inventory, { most }).map(({ request }) => request);
        const answers = await decide(artifact, requests);
        const asked = requests.flatMap((request, index) => (answers[index] === undefined ? [] : [{ request, decision: answers[index] }]));
        expect(asked.length).toBeGreaterThan(requests.length / 4);
        expect(asked).toEqual(asked.map(({ request }) => ({ request, decision: decideRead(read, request) })));
      },
    );
  });
}
