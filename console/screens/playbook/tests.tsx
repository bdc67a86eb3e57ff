/** The tests of a playbook, run here in memory and in virtual time: which hold, and what of the playbook they went through. */
import { useDebouncedValue } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Playbook } from '../../../api/contract/playbooks.ts';
import type { Coverage } from '../../../domain/playbook/quality/coverage.ts';
import { asFault } from '../../api/fault.ts';
import { State } from '../../look/state.tsx';
import { Empty, Loading } from '../../look/told.tsx';
import { CodeEditor } from './code-editor.tsx';
import { useCompiler } from './use-compiled.ts';
import css from './playbook.module.css';

const pauseMs = 400;
type Result = { readonly name: string; readonly passed: boolean; readonly problems: readonly string[] };
type Ran = { readonly results: readonly Result[]; readonly coverage: Coverage | undefined } | { readonly fault: string };

const nothing: readonly never[] = [];

export function Tests({ playbook }: { readonly playbook: Playbook }): ReactElement {
  const compiler = useCompiler();
  const [text, setText] = useState(playbook.tests ?? '');
  const [settled] = useDebouncedValue(text, pauseMs);
  const ran = useMemo(() => (compiler === undefined ? undefined : run(compiler, playbook, settled)), [compiler, playbook, settled]);
  const none = useCallback(() => null, []);
  return (
    <div className={css['tests']}>
      <div className={css['text']}>
        <CodeEditor
          label="Tests of the playbook; changes are run here and not kept"
          text={playbook.tests ?? ''}
          readOnly={false}
          findings={nothing}
          complete={none}
          onText={setText}
        />
      </div>
      <div className={css['outcome']} aria-live="polite">
        {ran === undefined ? (
          <Loading />
        ) : settled.trim() === '' ? (
          <NoTests />
        ) : 'fault' in ran ? (
          <p className={css['problem']}>{ran.fault}</p>
        ) : (
          <Outcome ran={ran} />
        )}
      </div>
    </div>
  );
}

function run(compiler: NonNullable<ReturnType<typeof useCompiler>>, { playbook, source }: Playbook, tests: string): Ran {
  if (tests.trim() === '') return { results: [], coverage: undefined };
  try {
    const { plan } = compiler.compilePlaybook(source, `${playbook}.yaml`);
    const results = compiler.runPlaybookTests(plan, tests, `${playbook}.test.yaml`);
    return {
      results,
      coverage: compiler.coverageOf(
        plan,
        results.flatMap((one) => one.run?.view ?? []),
      ),
    };
  } catch (error) {
    return { fault: asFault(error).message };
  }
}

function NoTests(): ReactElement {
  return (
    <Empty title="It was published without tests">
      <p>
        A test says what a run is given, what actions answer, what people do, and what is expected. Write one at the left: it runs at once,
        and nothing is done.
      </p>
    </Empty>
  );
}

function Outcome({ ran: { results, coverage } }: { readonly ran: Extract<Ran, { results: unknown }> }): ReactElement {
  const failed = results.filter(({ passed }) => !passed).length;
  return (
    <>
      {coverage === undefined ? null : <Covered coverage={coverage} />}
      <p>
        <State
          value={failed === 0 ? 'hold' : 'fail'}
          tone={failed === 0 ? 'good' : 'bad'}
          label={failed === 0 ? `all ${results.length} hold` : `${failed} of ${results.length} do not hold`}
        />
      </p>
      <ul className={css['results']}>
        {results.map(({ name, passed, problems }) => (
          <li key={name} className={css['result']}>
            <p className={css['result-line']}>
              <State value={passed ? 'holds' : 'fails'} tone={passed ? 'good' : 'bad'} terse />
              <span>{name}</span>
            </p>
            {problems.map((problem) => (
              <p key={problem} className={css['problem']}>
                {problem}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Covered({ coverage: { percent, steps, branches } }: { readonly coverage: Coverage }): ReactElement {
  const missing = [...steps.missing, ...branches.missing.map(({ step, branch }) => `${step}: ${branch}`)];
  return (
    <div className={css['cover']}>
      <p>
        <span className={css['cover-figure']}>{percent} %</span> covered: {steps.covered} of {steps.total} steps, {branches.covered} of{' '}
        {branches.total} branches
      </p>
      {missing.length === 0 ? null : (
        <p className={css['missing']}>
          <span className={css['quiet']}>not gone through:</span>
          {missing.map((one) => (
            <code key={one}>{one}</code>
          ))}
        </p>
      )}
    </div>
  );
}
