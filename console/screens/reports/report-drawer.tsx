/** One report: its digest, as the chain has it, and each form that it can be taken in. */
import { Button, Drawer } from '@mantine/core';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import IconExternalLink from '@tabler/icons-react/icons/IconExternalLink';
import type { ReactElement } from 'react';
import { urlOf } from '../../api/client.ts';
import { useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { Digest } from '../../look/digest.tsx';
import { Facts } from '../../look/facts.tsx';
import { Failure, Loading } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import css from './reports.module.css';

type DrawerProps = { readonly report: string | undefined; readonly onClose: () => void };

export function ReportDrawer({ report, onClose }: DrawerProps): ReactElement {
  return (
    <Drawer opened={report !== undefined} onClose={onClose} title="Report" size="md" closeButtonProps={{ 'aria-label': 'Close' }}>
      {report === undefined ? null : <Loaded id={report} />}
    </Drawer>
  );
}

function Loaded({ id }: { readonly id: string }): ReactElement {
  const { data, error, refetch } = useRead('reports.get', { params: { id } });
  if (data === undefined) return error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />;
  const { title, at, digest } = data;
  return (
    <div className={css['told']}>
      <Facts
        of={[
          ['title', title],
          ['written', <When key="at" at={at} />],
          ['id', id],
          ['digest', <Digest key="digest" value={digest} length={64} />],
          [
            'history',
            <Link key="history" to="/audit" search={{ subject: `report/${id}` }}>
              in the audit chain, with the same digest
            </Link>,
          ],
          ['controls', <ControlsLink key="controls" />],
        ]}
      />
      <Forms id={id} />
    </div>
  );
}

function ControlsLink(): ReactElement {
  return <Link to="/compliance">as they stand now</Link>;
}

/** The page opens apart, in a sandbox of its own; the others are taken along. */
function Forms({ id }: { readonly id: string }): ReactElement {
  const params = { id };
  const taken = <IconDownload size={14} />;
  return (
    <div className={css['forms']}>
      <Button
        component="a"
        variant="default"
        href={urlOf('reports.html', { params })}
        target="_blank"
        rel="noopener"
        leftSection={<IconExternalLink size={14} />}
      >
        Open
      </Button>
      <Button component="a" variant="default" href={urlOf('reports.pdf', { params })} download={`${id}.pdf`} leftSection={taken}>
        PDF
      </Button>
      <Button component="a" variant="default" href={urlOf('reports.html', { params })} download={`${id}.html`} leftSection={taken}>
        HTML
      </Button>
      <Button component="a" variant="default" href={urlOf('reports.get', { params })} download={`${id}.json`} leftSection={taken}>
        JSON
      </Button>
    </div>
  );
}
