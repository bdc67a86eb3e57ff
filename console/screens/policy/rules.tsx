/** The sentences at the left, the typed rules at the right, each beside the words that it came from; open questions as choices. */
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PolicyDetail, PolicyVersion } from '../../../api/contract/policies.ts';
import { Section } from '../../look/page.tsx';
import { Empty } from '../../look/told.tsx';
import { Countdown } from '../../look/when.tsx';
import { Questions } from './questions.tsx';
import { exceptWords, matchWords, type Rule } from './rule-words.ts';
import css from './policy.module.css';

type RulesProps = { readonly policy: PolicyDetail; readonly version: PolicyVersion };

export function Rules({ policy, version: { document, version } }: RulesProps): ReactElement {
  const [about, setAbout] = useState<string>();
  const answerable = version === policy.draft && (policy.state === 'draft' || policy.state === 'revising');
  return (
    <div className={css['columns']}>
      <div className={css['column']}>
        <Section title="What was asked">
          <ol className={css['sentences']}>
            {document.requirements.map(({ id, text }) => (
              <li key={id} data-about={about === id} onMouseEnter={() => setAbout(id)} onMouseLeave={() => setAbout(undefined)}>
                <span className={css['mark']}>{id}</span> {text}
              </li>
            ))}
          </ol>
        </Section>
        <Questions policy={policy.policy} document={document} answerable={answerable} />
      </div>
      <div className={css['column']}>
        <Section title={document.rules.length === 1 ? 'One rule' : `${document.rules.length} rules`} flush>
          {document.rules.length === 0 ? (
            <Empty title="Nothing of this would be enforced">Answer the open questions, or write the sentence in other words.</Empty>
          ) : (
            <table className={css['rules']}>
              <thead>
                <tr>
                  <th scope="col">Effect</th>
                  <th scope="col">Rule</th>
                  <th scope="col">From</th>
                </tr>
              </thead>
              <tbody>
                {document.rules.map((rule) => (
                  <RuleRow key={rule.id} rule={rule} here={about === rule.requirement} onAbout={setAbout} />
                ))}
              </tbody>
            </table>
          )}
        </Section>
        {document.tests.length === 0 ? null : (
          <Section title="Tests that are kept with it" flush>
            <table className={css['rules']}>
              <tbody>
                {document.tests.map(({ name, decision }) => (
                  <tr key={name}>
                    <td>{decision}</td>
                    <td>{name}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Section>
        )}
      </div>
    </div>
  );
}

type RowProps = { readonly rule: Rule; readonly here: boolean; readonly onAbout: (requirement: string | undefined) => void };

function RuleRow({ rule, here, onAbout }: RowProps): ReactElement {
  return (
    <tr data-about={here} onMouseEnter={() => onAbout(rule.requirement)} onMouseLeave={() => onAbout(undefined)}>
      <td className={css['effect']}>{rule.effect}</td>
      <td>
        <div className={css['match']}>{matchWords(rule)}</div>
        {exceptWords(rule).map(({ text, exception }) => (
          <div key={text} className={css['except']}>
            except {text}
            {exception === undefined ? null : (
              <>
                {' '}
                · ends in <Countdown until={exception.until} late="ended" />
              </>
            )}
          </div>
        ))}
        <div className={css['quiet']}>
          {rule.id}
          {rule.exception === undefined ? null : (
            <>
              {' '}
              · an exception, ends in <Countdown until={rule.exception.until} late="ended" />
            </>
          )}
        </div>
      </td>
      <td className={css['mark']}>{rule.requirement}</td>
    </tr>
  );
}
