/** One playbook: its graph and what it is, its text, its versions side by side, its tests, and how it would have decided on recorded runs. */
import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import type { Playbook } from '../../../api/contract/playbooks.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useRead } from '../../api/queries.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useParam, useUrlState } from '../../app/url.ts';
import { CopyObject } from '../../look/copy.tsx';
import { Page } from '../../look/page.tsx';
import { Tabs } from '../../look/tabs.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { PlanView } from './plan-view.tsx';
import { RunNow } from './run-now.tsx';
import { Simulation } from './simulation.tsx';
import { usePlan } from './use-plan.ts';
import { Versions } from './versions.tsx';
import css from './playbook.module.css';

const Editor = partOf(() => import('./editor.tsx'), 'Editor');
const Tests = partOf(() => import('./tests.tsx'), 'Tests');

const tabs = [
  { tab: 'graph', title: 'Graph' },
  { tab: 'text', title: 'Text' },
  { tab: 'versions', title: 'Versions' },
  { tab: 'tests', title: 'Tests' },
  { tab: 'simulation', title: 'Simulation' },
] as const;

export function Screen(): ReactElement {
  const name = useParam('playbook');
  const [{ version }] = useUrlState();
  const { data, error, refetch } = useRead(
    'playbooks.get',
    { params: { name }, query: version === undefined ? {} : { version } },
    { keep: true },
  );
  if (data === undefined)
    return (
      <Page title="Playbook">{error === null ? <Loading lines={8} /> : <Failure error={error} onRetry={() => void refetch()} />}</Page>
    );
  return <Known playbook={data} />;
}

function Known({ playbook }: { readonly playbook: Playbook }): ReactElement {
  const plan = usePlan(playbook.playbook, playbook.version);
  return (
    <Page title={playbook.title} about={<About playbook={playbook} />} actions={<Actions playbook={playbook} plan={plan.data} />} fill>
      <Tabs label="The playbook" tabs={tabs}>
        {(tab) => <Room shown={tab} playbook={playbook} plan={plan.data} error={plan.error} />}
      </Tabs>
    </Page>
  );
}

type RoomProps = {
  readonly shown: (typeof tabs)[number]['tab'];
  readonly playbook: Playbook;
  readonly plan: Plan | undefined;
  readonly error: unknown;
};

function Room({ shown, playbook, plan, error }: RoomProps): ReactElement {
  switch (shown) {
    case 'graph':
      return plan === undefined ? error === null ? <Loading /> : <Failure error={error} /> : <PlanView plan={plan} />;
    case 'text':
      return <Editor key={playbook.version} source={playbook.source} tests={playbook.tests ?? ''} published={playbook.version} />;
    case 'versions':
      return <Versions playbook={playbook} />;
    case 'tests':
      return <Tests key={playbook.version} playbook={playbook} />;
    case 'simulation':
      return <Simulation playbook={playbook} />;
  }
}

function About({ playbook: { playbook, version, owner, publishedAt, description } }: { readonly playbook: Playbook }): ReactElement {
  return (
    <span className={css['about']}>
      <span>
        {playbook} {version}
      </span>
      {owner === undefined ? null : <span>{owner}</span>}
      <span>
        published <When at={publishedAt} as="distance" />
      </span>
      <Link to="/runs" search={{ playbook }}>
        its runs
      </Link>
      {description === undefined ? null : <span className={css['description']}>{description}</span>}
    </span>
  );
}

function Actions({ playbook, plan }: { readonly playbook: Playbook; readonly plan: Plan | undefined }): ReactElement {
  const may = useMay();
  const { person } = useSession();
  const [open, setOpen] = useState(false);
  const mine = useMemo(() => person.roles.some((role) => playbook.manual?.includes(role) === true), [person.roles, playbook.manual]);
  return (
    <>
      {may('playbooks.run') && mine ? (
        <Button disabled={plan === undefined} onClick={() => setOpen(true)}>
          Run now…
        </Button>
      ) : null}
      <CopyObject
        label="Copy this playbook"
        object={playbook}
        text={playbook.source}
        path={`/v1/playbooks/${playbook.playbook}?version=${playbook.version}`}
        cli={`edict playbook run ${playbook.playbook}`}
      />
      {open && plan !== undefined ? <RunNow plan={plan} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
