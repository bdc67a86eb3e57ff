import { expect, it } from '@jest/globals';
import { versionWords } from '../../../cli/policy-words.ts';

it('shows what an access rule is for, with the conditions of what it leaves out', () => {
  const rule = {
    kind: 'access' as const,
    id: 'read',
    requirement: 'r1',
    effect: 'allow' as const,
    match: { principals: ['group:staff', 'user:ann'], actions: ['read'], resources: ['document:*'], when: { mfa: true } },
    except: [{ when: { countries: ['XX'] } }],
  };
  const words = versionWords({
    version: 1,
    status: 'draft',
    digest: `sha256:${'a'.repeat(64)}`,
    document: { owner: 'ann', requirements: [], rules: [rule], questions: [] },
    compilations: [],
    proofs: [],
  } as unknown as Parameters<typeof versionWords>[0]);
  expect(words).toContain(
    'allow  read  principals group:staff,user:ann actions read resources document:* when {"mfa":true} except when {"countries":["XX"]}',
  );
});
