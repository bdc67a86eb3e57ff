import { describe, expect, it } from '@jest/globals';
import { evalCedar } from '../../bench/eval/cedar.ts';

describe('the evaluation on Cedar', () => {
  it('reads stores in any folder, with schema, entities, links of templates and both forms of requests', () => {
    const { total, supported, right, wrong, unsupported, examples } = evalCedar(new URL('../fixtures/cedar', import.meta.url).pathname);
    expect({ total, supported, right, wrong, unsupported, examples }).toEqual({
      total: 8,
      supported: 7,
      right: 6,
      wrong: 1,
      unsupported: { 'not JSON': 1 },
      examples: ['docs/DENY/mislabelled/x.json: allow'],
    });
  });
});
