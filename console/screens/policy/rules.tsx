/** The sentences at the left, the typed rules at the right, each beside the words that it came from; open questions as choices. */
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { PolicyDetail, PolicyVersion } from '../../../api/contract/policies.ts';
import { Section } from '../../look/page.tsx';
import { PlainTable, type PlainColumn } from '../../look/plain-table.tsx';
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
            <PlainTable
              label="Rules"
              rows={document.rules}
              rowId={({ id }) => id}
              columns={columns}
              here={({ requirement }) => about === requirement}
              onHover={(rule) => setAbout(rule?.requirement)}
            />
          )}
        </Section>
        {document.tests.length === 0 ? null : (
          <Section title="Tests that are kept with it" flush>
            <PlainTable
              label="Tests that are kept with it"
              rows={document.tests}
              rowId={({ name }) => name}
              columns={[
                { key: 'decision', title: 'Must be', weight: 'strong', cell: ({ decision }) => decision },
                { key: 'name', title: 'Test', cell: ({ name }) => name },
              ]}
            />
          </Section>
        )}
      </div>
    </div>
  );
}

const columns: readonly PlainColumn<Rule>[] = [
  { key: 'effect', title: 'Effect', weight: 'strong', cell: ({ effect }) => effect },
  { key: 'rule', title: 'Rule', cell: (rule) => <Said rule={rule} /> },
  { key: 'from', title: 'From', weight: 'quiet', cell: ({ requirement }) => requirement },
];

function Said({ rule }: { readonly rule: Rule }): ReactElement {
  return (
    <>
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
    </>
  );
}
