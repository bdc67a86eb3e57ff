import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { speakOpenFga } from '../../../domain/policy/targets/openfga/compile.ts';
import { describeEngines } from '../../engines/engines.ts';
import { check, openStore } from './check.ts';
import { questionOf, sampleInventory, sampleRequests, sampleRules } from './sample.ts';
import { type OpenFga, startOpenFga } from './server.ts';

describeEngines(['openfga'], 'a real OpenFGA', () => {
  let server: OpenFga | undefined;

  beforeAll(async () => {
    server = await startOpenFga();
  }, 60_000);
  afterAll(() => server?.stop());

  it('takes the model and its tuples, and answers each check as the stand-in does', async () => {
    const { artifact } = speakOpenFga(sampleRules, sampleInventory);
    const stand = openStore(artifact.files);
    const real = await server!.open(artifact.files);
    const answers = [];
    for (const request of sampleRequests) answers.push({ request, verdict: await real.check(questionOf(request)) });
    expect(answers).toEqual(sampleRequests.map((request) => ({ request, verdict: check(stand, questionOf(request)) })));
  }, 60_000);
});
