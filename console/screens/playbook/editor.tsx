/** The text of a playbook, read or written: what is wrong with it as one types, its graph beside it, a trial run of publishing, and publishing. */
import { Button, SegmentedControl } from '@mantine/core';
import type { EditorView } from '@codemirror/view';
import type { CompletionContext } from '@codemirror/autocomplete';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import type { PublishReply } from '../../../api/contract/playbooks.ts';
import { nextVersion } from '../../../domain/playbook/publishing/version.ts';
import { useSend } from '../../api/queries.ts';
import { useMay } from '../../api/session.tsx';
import { notify } from '../../app/notices.tsx';
import { useGo } from '../../app/url.ts';
import { State } from '../../look/state.tsx';
import { Failure } from '../../look/told.tsx';
import { useDraft } from '../approval/draft.ts';
import { runGraphOf } from '../run/graph/run-graph.ts';
import { goTo } from './code.ts';
import { CodeEditor } from './code-editor.tsx';
import { offersAt } from './completion.ts';
import { Simulation } from './simulation.tsx';
import { useCompiled, type Compiled } from './use-compiled.ts';
import css from './playbook.module.css';

const PlanGraph = partOf(() => import('../run/graph/plan-graph.tsx'), 'PlanGraph');

type EditorProps = {
  readonly source: string;
  readonly tests: string;
  /** The version that the text is of; absent where it is a new playbook. */
  readonly published?: string;
};

export function Editor({ source, tests, published }: EditorProps): ReactElement {
  const may = useMay();
  const key = published === undefined ? 'playbook:new' : `playbook:${/^playbook: *(\S+)/mu.exec(source)?.[1] ?? ''}@${published}`;
  const [draft, setDraft, forget] = useDraft(key);
  const [writing, setWriting] = useState(published === undefined || draft !== '');
  const text = writing && draft !== '' ? draft : source;
  const compiled = useCompiled(text);
  const view = useRef<EditorView>(undefined);
  const [beside, setBeside] = useState('graph');
  const complete = useCompletion(compiled);
  const begin = () => {
    setDraft(published === undefined ? source : source.replace(/^version: .*$/mu, `version: ${nextVersion(published)}`));
    setWriting(true);
  };
  const drop = () => {
    forget();
    setWriting(false);
  };
  return (
    <div className={css['editor']}>
      <div className={css['text']}>
        <CodeEditor
          key={String(writing)}
          label={writing ? 'The playbook, to be written' : 'The playbook'}
          text={text}
          readOnly={!writing}
          findings={compiled.findings}
          complete={complete}
          onText={setDraft}
          onView={(made) => {
            view.current = made;
          }}
        />
      </div>
      <Beside shown={beside} onShow={setBeside} compiled={compiled} text={text} />
      <div className={css['findings']}>
        <Findings compiled={compiled} onGo={(finding) => view.current !== undefined && goTo(view.current, finding)} />
        {may('playbooks.publish') ? (
          writing ? (
            <Publish
              text={text}
              tests={tests}
              valid={compiled.valid}
              onDrop={published === undefined ? undefined : drop}
              onPublished={forget}
            />
          ) : (
            <div>
              <Button variant="default" onClick={begin}>
                Write the next version
              </Button>
            </div>
          )
        ) : null}
      </div>
    </div>
  );
}

function useCompletion({ compiler, plan }: Compiled) {
  const catalogue = useMemo(
    () =>
      compiler === undefined
        ? undefined
        : {
            schema: compiler.playbookJsonSchema(),
            actions: compiler.actions,
            names: [
              ...Object.keys(plan?.inputs ?? {}).map((name) => `inputs.${name}`),
              ...Object.keys(plan?.steps ?? {})
                .filter((id) => !id.includes('.'))
                .map((id) => id.replaceAll('-', '_')),
              'run.id',
              'run.requester',
              'run.incident',
              'signal',
            ],
          },
    [compiler, plan],
  );
  return useCallback(
    (context: CompletionContext) => {
      const offered = catalogue === undefined ? undefined : offersAt(context.state.doc.toString(), context.pos, catalogue);
      if (offered === undefined || (!context.explicit && offered.from === context.pos)) return null;
      return {
        from: offered.from,
        options: offered.options.map(({ label, detail, apply }) => ({
          label,
          ...(detail === undefined ? {} : { info: detail }),
          ...(apply === undefined ? {} : { apply }),
        })),
        // What is offered is the same while the word grows: the list stays one that can be chosen from between two keys.
        validFor: /^[\w.-]*$/u,
      };
    },
    [catalogue],
  );
}

type BesideProps = { readonly shown: string; readonly onShow: (shown: string) => void; readonly compiled: Compiled; readonly text: string };

function Beside({ shown, onShow, compiled: { plan }, text }: BesideProps): ReactElement {
  const graph = useMemo(() => (plan === undefined ? undefined : runGraphOf(plan)), [plan]);
  return (
    <div className={css['beside']}>
      <div className={css['beside-head']}>
        <SegmentedControl
          size="xs"
          aria-label="Beside the text"
          value={shown}
          onChange={onShow}
          data={[
            { value: 'graph', label: 'Graph' },
            { value: 'simulation', label: 'On recorded runs' },
          ]}
        />
      </div>
      {shown === 'simulation' && plan !== undefined ? (
        <Simulation playbook={plan} source={text} />
      ) : graph === undefined ? (
        <p className={css['not-yet']}>The graph stands here once the text compiles.</p>
      ) : (
        <PlanGraph graph={graph} live={false} onChoose={() => undefined} label="Graph of the text" />
      )}
    </div>
  );
}

type FindingsProps = { readonly compiled: Compiled; readonly onGo: (finding: Compiled['findings'][number]) => void };

function Findings({ compiled: { findings, compiler }, onGo }: FindingsProps): ReactElement {
  if (compiler === undefined) return <p className={css['quiet']}>The compiler is on its way.</p>;
  if (findings.length === 0) return <State value="compiles" tone="good" label="It compiles, and nothing is amiss" />;
  return (
    <div role="status">
      <ul aria-label="Findings">
        {findings.map((finding) => (
          <li key={`${finding.line} ${finding.column} ${finding.message}`}>
            <button type="button" className={css['finding']} onClick={() => onGo(finding)}>
              <State value={finding.severity} tone={finding.severity === 'error' ? 'bad' : 'warn'} />
              <span className={css['quiet']}>
                {finding.line}:{finding.column}
              </span>
              <span>
                {finding.message}
                {finding.suggestion === undefined ? '' : ` (${finding.suggestion})`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

type PublishProps = {
  readonly text: string;
  readonly tests: string;
  readonly valid: boolean;
  readonly onDrop: (() => void) | undefined;
  readonly onPublished: () => void;
};

function Publish({ text, tests, valid, onDrop, onPublished }: PublishProps): ReactElement {
  const go = useGo();
  const checked = useSend('playbooks.publish');
  const publish = useSend('playbooks.publish', {
    stale: ['playbooks.list', 'playbooks.get', 'playbooks.versions', 'schedules.list'],
    onDone: ({ playbook, version }) => {
      onPublished();
      notify(`${playbook} ${version} is published.`);
      go(`/playbooks/${playbook}`);
    },
  });
  const body = { source: text, ...(tests.trim() === '' ? {} : { tests }) };
  const error = publish.error ?? checked.error;
  return (
    <div className={css['publish']}>
      {error === null ? null : <Failure error={error} inline />}
      {checked.data === undefined ? null : <Checked reply={checked.data} />}
      <div className={css['buttons']}>
        {onDrop === undefined ? null : (
          <Button variant="subtle" color="gray" onClick={onDrop}>
            Drop what I wrote
          </Button>
        )}
        <Button
          variant="default"
          disabled={!valid}
          loading={checked.isPending}
          onClick={() => checked.mutate({ body: { ...body, dryRun: true } })}
        >
          Check it against the library
        </Button>
        <Button disabled={!valid} loading={publish.isPending} onClick={() => publish.mutate({ body })}>
          Publish
        </Button>
      </div>
    </div>
  );
}

function Checked({ reply: { version, tests, warnings, against } }: { readonly reply: PublishReply }): ReactElement {
  return (
    <div role="status">
      <p>
        Version {version} can be published{tests === undefined ? '; it has no tests' : `: ${tests} tests hold`}.
        {against === undefined
          ? ''
          : ` Against ${against.version}: ${against.differences.map(({ change, what }) => `${what} ${change}`).join(', ') || 'nothing is different'}.`}
      </p>
      {warnings.map(({ line, column, message }) => (
        <p key={`${line} ${column} ${message}`} className={css['quiet']}>
          {line}:{column} {message}
        </p>
      ))}
    </div>
  );
}
