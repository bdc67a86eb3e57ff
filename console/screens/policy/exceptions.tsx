/** What ends by itself: whose it is, why, and how long it still holds. */
import type { ReactElement } from 'react';
import type { PolicyDocument, PolicyVersion } from '../../../api/contract/policies.ts';
import { Section } from '../../look/page.tsx';
import { Empty } from '../../look/told.tsx';
import { Countdown, When } from '../../look/when.tsx';
import { exceptWords, matchWords, type RuleException } from './rule-words.ts';
import css from './policy.module.css';

type Row = { readonly rule: string; readonly what: string; readonly exception: RuleException };

export function exceptionsOf({ rules }: PolicyDocument): readonly Row[] {
  return rules
    .flatMap((rule) => [
      ...(rule.exception === undefined ? [] : [{ rule: rule.id, what: matchWords(rule), exception: rule.exception }]),
      ...exceptWords(rule).flatMap(({ text, exception }) =>
        exception === undefined ? [] : [{ rule: rule.id, what: `except ${text}`, exception }],
      ),
    ])
    .toSorted((a, b) => Date.parse(a.exception.until) - Date.parse(b.exception.until));
}

export function Exceptions({ version: { document } }: { readonly version: PolicyVersion }): ReactElement {
  const rows = exceptionsOf(document);
  if (rows.length === 0)
    return (
      <Empty title="Nothing in it ends by itself">
        An exception has an owner, a reason and an end. When the end comes, what it let through is compiled away, proved and taken out of
        every point.
      </Empty>
    );
  return (
    <div className={css['stack']}>
      <Section title={rows.length === 1 ? 'One exception' : `${rows.length} exceptions`} flush>
        <table className={css['rules']}>
          <thead>
            <tr>
              <th scope="col">Ends in</th>
              <th scope="col">Rule</th>
              <th scope="col">What</th>
              <th scope="col">Owner</th>
              <th scope="col">Reason</th>
              <th scope="col">End</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ rule, what, exception: { owner, reason, until } }) => (
              <tr key={`${rule} ${what}`}>
                <td>
                  <Countdown until={until} late="ended" />
                </td>
                <td>{rule}</td>
                <td>{what}</td>
                <td>{owner}</td>
                <td>{reason}</td>
                <td>
                  <When at={until} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  );
}
