import { describe, expect, it } from '@jest/globals';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { interpreterOf } from '../../../domain/policy/access/interpret.ts';
import { inOrderOfWeight } from '../../../domain/policy/access/weigh.ts';
import { speakPostgresql } from '../../../domain/policy/targets/postgresql/compile.ts';
import { readPostgresql } from '../../../domain/policy/targets/postgresql/read.ts';
import { requestOf, rows, sampleOf, tables } from './sample.ts';

describe('access rules as grants and row policies', () => {
  const { rules, inventory, roles } = sampleOf('');
  const { artifact } = speakPostgresql(rules, inventory);

  it('are read back as they are decided', () => {
    const decider = prepareAccess(rules, inventory);
    const clauses = inOrderOfWeight(readPostgresql(artifact)[0]!.clauses);
    const read = { ...decider, clauses, interpreters: clauses.map(interpreterOf) };
    for (const table of tables)
      for (const role of roles)
        for (const action of ['select', 'insert', 'update', 'delete', 'truncate'])
          for (const row of rows) {
            const request = requestOf(role, action, table, row);
            expect({ request, decision: decideAccess(read, request).decision }).toEqual({
              request,
              decision: decideAccess(decider, request).decision,
            });
          }
  });

  it('are the same bytes in any order of the directory', () => {
    expect(speakPostgresql(rules, { ...inventory, entities: inventory.entities?.toReversed() }).artifact).toEqual(artifact);
  });

  it('refuse names that end the block that drops earlier policies, or that PostgreSQL would cut', () => {
    const about = (table: string) =>
      rules.map(({ id, rule }) => ({ id, rule: { ...rule, match: { ...rule.match, resources: [`table:${table}`] } } }));
    for (const table of ['public.x$edict$; drop table y; --', `public.${'x'.repeat(64)}`, 'public.a\u202Eb', 'public.a\rb', 'orders'])
      expect(() => speakPostgresql(about(table), inventory)).toThrow(expect.objectContaining({ code: 'policy-invalid' }));
  });
});
