/**
 * Comparison of two AWS policies that differ in one statement, from 10 to 1,000 statements: each allows a few actions on the objects below
 * one path of one bucket, every third under a condition. The limit is the least that any comparison must do: read both documents.
 */
import { compareDocuments } from '../domain/policy/iam/compare-documents.ts';
import { parseIamDocument } from '../domain/policy/iam/parse-document.ts';
import { resourceTypes } from '../domain/policy/iam/resource-types.ts';
import { type BenchFigure, figure } from './figure.ts';

const actions = ['s3:GetObject', 's3:PutObject', 's3:GetObjectTagging', 's3:DeleteObject', 's3:GetObjectAcl', 's3:PutObject*'];

function policyText(statements: number, last: string): string {
  const statement = (index: number) => ({
    Sid: `S${index}`,
    Effect: index % 10 === 5 ? 'Deny' : 'Allow',
    Action: [actions[index % actions.length], actions[(index * 7 + 1) % actions.length]],
    Resource: `arn:aws:s3:::bucket-${index % 37}/team-${index}/${index === statements - 1 ? last : '*'}`,
    ...(index % 3 === 0 ? { Condition: { StringLike: { 'aws:PrincipalTag/team': `team-${index % 17}*` } } } : {}),
  });
  return JSON.stringify({ Version: '2012-10-17', Statement: Array.from({ length: statements }, (_, index) => statement(index)) });
}

export function bench(): BenchFigure[] {
  const types = resourceTypes();
  return [10, 100, 1_000].flatMap((statements) =>
    (['plain', 'by resource types'] as const).map((kind) => {
      const [first, second] = [policyText(statements, '*'), policyText(statements, 'x*')];
      const read = () => [parseIamDocument(first), parseIamDocument(second)] as const;
      const compare = () => {
        const [before, after] = read();
        const { relation } = compareDocuments([before], [after], kind === 'plain' ? {} : { types });
        if (relation === 'equivalent') throw new Error('a difference was missed');
      };
      const repetitions = statements >= 1_000 ? 5 : 20;
      const ours = Array.from({ length: repetitions }, () => elapsedMs(compare));
      const limit = Array.from({ length: repetitions }, () => elapsedMs(read));
      return figure(`AWS policies of ${statements.toLocaleString('en')} statements, ${kind}`, 'ms', ours, limit);
    }),
  );
}

function elapsedMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
