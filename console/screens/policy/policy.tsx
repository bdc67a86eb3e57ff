/** One policy: what was asked and what was made of it, its proofs, what it would do, what changed, where it is in force, and until when. */
import type { ReactElement } from 'react';
import type { PolicyDetail, PolicyVersion } from '../../../api/contract/policies.ts';
import { useRead } from '../../api/queries.ts';
import { partOf } from '../../app/part.tsx';
import { useParam, useUrlState } from '../../app/url.ts';
import { Digest } from '../../look/digest.tsx';
import { Page } from '../../look/page.tsx';
import { State } from '../../look/state.tsx';
import { Tabs } from '../../look/tabs.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Actions } from './actions.tsx';
import { Exceptions, exceptionsOf } from './exceptions.tsx';
import { Proofs } from './proofs.tsx';
import { Rollout } from './rollout.tsx';
import { Rules } from './rules.tsx';
import { WhatIf } from './what-if.tsx';
import css from './policy.module.css';

const Changes = partOf(() => import('./changes.tsx'), 'Changes');

type Tab = 'rules' | 'proof' | 'what-if' | 'changes' | 'rollout' | 'exceptions';
const lookMs = 5000;

export function Screen(): ReactElement {
  const policy = useParam('policy');
  const { data, error, refetch } = useRead('policies.get', { params: { policy } }, { keep: true, everyMs: lookMs });
  const [{ version }] = useUrlState();
  const other = version !== undefined && Number(version) !== data?.current.version;
  const older = useRead('policies.version', { params: { policy, version: Number(version) } }, { enabled: other && data !== undefined });
  const shown = other ? older.data : data?.current;
  if (data === undefined || shown === undefined) {
    const fault = error ?? older.error;
    return <Page title={policy}>{fault === null ? <Loading lines={8} /> : <Failure error={fault} onRetry={() => void refetch()} />}</Page>;
  }
  return <Known policy={data} version={shown} />;
}

type KnownProps = { readonly policy: PolicyDetail; readonly version: PolicyVersion };

function Known({ policy, version }: KnownProps): ReactElement {
  const open = version.document.questions.filter(({ answered }) => answered === undefined).length;
  const ending = exceptionsOf(version.document).length;
  return (
    <Page
      title={version.document.title}
      about={<About policy={policy} version={version} />}
      actions={<Actions policy={policy} version={version} />}
      fill
    >
      {policy.reason === undefined ? null : (
        <p className={css['returned']} role="status">
          <State value="returned" tone="warn" label="Sent back" /> {policy.reason}
        </p>
      )}
      <Tabs<Tab>
        label="The policy"
        tabs={[
          { tab: 'rules', title: 'Rules', more: open === 0 ? undefined : `${open} open` },
          { tab: 'proof', title: 'Proof' },
          { tab: 'what-if', title: 'What if' },
          { tab: 'changes', title: 'Changes' },
          { tab: 'rollout', title: 'Rollout' },
          { tab: 'exceptions', title: 'Exceptions', more: ending === 0 ? undefined : String(ending) },
        ]}
      >
        {(tab) => <Room tab={tab} policy={policy} version={version} />}
      </Tabs>
    </Page>
  );
}

function Room({ tab, policy, version }: KnownProps & { readonly tab: Tab }): ReactElement {
  switch (tab) {
    case 'rules':
      return <Rules policy={policy} version={version} />;
    case 'proof':
      return <Proofs version={version} />;
    case 'what-if':
      return <WhatIf version={version} />;
    case 'changes':
      return <Changes policy={policy} />;
    case 'rollout':
      return <Rollout policy={policy} />;
    case 'exceptions':
      return <Exceptions version={version} />;
  }
}

function About({ policy, version }: KnownProps): ReactElement {
  return (
    <span className={css['about']}>
      <State value={policy.state} />
      <span>
        {policy.policy} v{version.version}
      </span>
      <Digest value={version.digest} />
      <span>owner {version.document.owner}</span>
      <span>
        by {version.author}, <When at={version.createdAt} as="distance" />
      </span>
      {policy.enforced === undefined ? <span>none in force</span> : <span>v{policy.enforced} in force</span>}
      {version.document.controls.map((control) => (
        <span key={control}>{control}</span>
      ))}
    </span>
  );
}
