/** One playbook: its graph and what it is, its text, its versions side by side, its tests, and how it would have decided on recorded runs. */
import { Button, Tabs } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { partOf } from '../../app/part.tsx';
import type { Playbook } from '../../../api/contract/playbooks.ts';
import type { Plan } from '../../../domain/playbook/plan.ts';
import { useRead } from '../../api/queries.ts';
import { useMay, useSession } from '../../api/session.tsx';
import { Link } from '../../app/link.tsx';
import { useParam, useUrlState } from '../../app/url.ts';
import { CopyMenu, curlOf } from '../../look/copy.tsx';
import { Page } from '../../look/page.tsx';
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

const tabs = ['graph', 'text', 'versions', 'tests', 'simulation'] as const;

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
  const [{ tab }, setUrl] = useUrlState();
  const plan = usePlan(playbook.playbook, playbook.version);
  const shown = tabs.find((one) => one === tab) ?? 'graph';
  return (
    <Page title={playbook.title} about={<About playbook={playbook} />} actions={<Actions playbook={playbook} plan={plan.data} />} fill>
      <Tabs
        value={shown}
        onChange={(value) => setUrl({ tab: value === 'graph' || value === null ? undefined : value })}
        className={css['tabs'] ?? ''}
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="graph">Graph</Tabs.Tab>
          <Tabs.Tab value="text">Text</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
          <Tabs.Tab value="tests">Tests</Tabs.Tab>
          <Tabs.Tab value="simulation">Simulation</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={shown} className={css['room'] ?? ''}>
          <Tab shown={shown} playbook={playbook} plan={plan.data} error={plan.error} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

type TabProps = {
  readonly shown: (typeof tabs)[number];
  readonly playbook: Playbook;
  readonly plan: Plan | undefined;
  readonly error: unknown;
};

function Tab({ shown, playbook, plan, error }: TabProps): ReactElement {
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
      <CopyMenu
        forms={{
          text: playbook.source,
          json: JSON.stringify(playbook, undefined, 2),
          curl: curlOf(`/v1/playbooks/${playbook.playbook}?version=${playbook.version}`),
          cli: `edict playbook run ${playbook.playbook}`,
        }}
        label="Copy this playbook"
      />
      {open && plan !== undefined ? <RunNow plan={plan} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
