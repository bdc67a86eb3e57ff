/** Compliance: frameworks, the controls that Edict bears on, and how effective each was seen to be, down to the rows that say so. */
import { Button } from '@mantine/core';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import type { ReactElement } from 'react';
import type { ReplyOf } from '../../../api/contract/route.ts';
import type { Routes } from '../../../api/contract/routes.ts';
import { urlOf } from '../../api/client.ts';
import { useRead } from '../../api/queries.ts';
import { useUrlState } from '../../app/url.ts';
import { Page } from '../../look/page.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { ControlDrawer } from './control-drawer.tsx';
import { Controls, Filters, statusOf } from './controls.tsx';
import { Frameworks as FrameworkList } from './frameworks.tsx';
import { ControlState, statusWords } from './status.tsx';
import css from './compliance.module.css';

type Frameworks = ReplyOf<Routes['compliance.frameworks']>;
const lookMs = 15_000;

export function Screen(): ReactElement {
  const [url, setUrl] = useUrlState();
  const frameworks = useRead('compliance.frameworks', {}, { everyMs: lookMs });
  const { data, error, refetch } = frameworks;
  const chosen = url['framework'] ?? data?.items[0]?.id;
  return (
    <Page
      title="Compliance"
      about="What is claimed for each control, and what was seen of it. Effective says that Edict’s part works, not that a framework is met."
      actions={<Exports framework={url['framework']} />}
      fill
    >
      {data === undefined || chosen === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <>
          <FrameworkList items={data.items} chosen={chosen} />
          <Chosen frameworks={data} id={chosen} />
        </>
      )}
      <ControlDrawer control={url['control']} onClose={() => setUrl({ control: undefined })} />
    </Page>
  );
}

function Chosen({ frameworks: { items, rules, since }, id }: { readonly frameworks: Frameworks; readonly id: string }): ReactElement {
  const [url, setUrl] = useUrlState();
  const { text } = url;
  const status = statusOf(url['status']);
  const query = { framework: id, ...(status === undefined ? {} : { status }), ...(text === undefined ? {} : { text }) };
  const { data, error, refetch } = useRead('compliance.controls', { query }, { everyMs: lookMs });
  const framework = items.find((one) => one.id === id);
  return (
    <>
      {framework === undefined ? null : <About framework={framework} rules={rules} since={since} />}
      <Filters url={url} setUrl={setUrl} />
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Controls rows={data.items} onOpen={(control) => setUrl({ control })} />
      )}
    </>
  );
}

type AboutProps = { readonly framework: Frameworks['items'][number]; readonly rules: Frameworks['rules']; readonly since: string };

function About({ framework: { about, source, licence }, rules, since }: AboutProps): ReactElement {
  return (
    <div className={css['about']}>
      <p className={css['text']}>{about}</p>
      <details className={css['rules']}>
        <summary>How a status is decided, and where the texts come from</summary>
        <dl className={css['rule']}>
          {(Object.keys(statusWords) as (keyof typeof statusWords)[]).map((status) => (
            <div key={status}>
              <dt>
                <ControlState status={status} />
              </dt>
              <dd>{rules[status]}</dd>
            </div>
          ))}
        </dl>
        <p className={css['quiet']}>
          Runs, approvals, incidents, effects and reports count from {since.slice(0, 10)} on; a point that was not seen for a day counts as
          never seen. Source: {source === '' ? 'not known' : source}. Licence: {licence}.
        </p>
      </details>
    </div>
  );
}

function Exports({ framework }: { readonly framework: string | undefined }): ReactElement {
  const query = framework === undefined ? {} : { framework };
  const icon = <IconDownload size={14} />;
  return (
    <>
      <Button component="a" variant="default" href={urlOf('compliance.csv', { query })} download="edict-controls.csv" leftSection={icon}>
        CSV
      </Button>
      <Button
        component="a"
        variant="default"
        href={urlOf('compliance.export', { query })}
        download="edict-controls.json"
        leftSection={icon}
      >
        JSON
      </Button>
      <Button component="a" variant="default" href={urlOf('compliance.oscal', {})} download="edict-oscal.json" leftSection={icon}>
        OSCAL
      </Button>
    </>
  );
}
