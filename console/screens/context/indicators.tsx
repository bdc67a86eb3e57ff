/** Threat indicators: what each says now, who says it and until when, and how many recorded connections it is an end of. Shown defanged. */
import type { ReactElement } from 'react';
import type { IndicatorItem } from '../../../api/contract/context/insight.ts';
import { defang } from '../../../domain/incident/defang.ts';
import { usePages } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { useUrlState } from '../../app/url.ts';
import { CopyMenu, curlOf } from '../../look/copy.tsx';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { State, type Tone } from '../../look/state.tsx';
import { Empty } from '../../look/told.tsx';
import { When } from '../../look/when.tsx';
import { Chosen, Filters, Typed } from './filters.tsx';
import css from './context.module.css';

const types = ['ipv4', 'ipv6', 'domain', 'url', 'file-hash'] as const;

export function Indicators(): ReactElement {
  const [url] = useUrlState();
  const { text } = url;
  const type = types.find((one) => one === url['type']);
  const query = {
    limit: 200,
    ...(text === undefined ? {} : { text }),
    ...(type === undefined ? {} : { type }),
    ...(url['seen'] === undefined ? {} : { seen: 'yes' as const }),
  };
  const pages = usePages('context.indicator-list', { query }, { keep: true });
  return (
    <>
      <Filters label="Filter the indicators" names={['text', 'type', 'seen']}>
        <Typed name="text" label="Value or name" hint="203.0.113" />
        <Chosen name="type" label="Kind" any="Any kind" choices={types.map((value) => ({ value, label: value }))} />
        <Chosen name="seen" label="Seen" any="Seen or not" choices={[{ value: 'yes', label: 'Seen in connections' }]} />
      </Filters>
      <PagedTable
        label="Indicators"
        pages={pages}
        rowId={({ id }) => id}
        rowLabel={({ name }) => name}
        columns={columns}
        empty={
          <Empty title="No such indicator">
            Load a STIX 2.1 bundle: what it says of addresses, domains, URLs and hashes is what steps of playbooks look up.
          </Empty>
        }
      />
    </>
  );
}

const tones: { readonly [verdict in IndicatorItem['verdict']]: Tone } = { malicious: 'bad', expired: 'still', 'not-yet': 'waiting' };

function Matches({ value, matches }: IndicatorItem): ReactElement {
  if (matches === undefined) return <span title="logs of connections do not name it">–</span>;
  if (matches === 0 || value.includes('/')) return <>{matches.toLocaleString()}</>;
  return <Link to={`/context?${new URLSearchParams({ tab: 'seen', host: value }).toString()}`}>{matches.toLocaleString()}</Link>;
}

function Copies({ indicator }: { readonly indicator: IndicatorItem }): ReactElement {
  const { value } = indicator;
  const path = `/v1/context/indicators?${new URLSearchParams({ text: value }).toString()}`;
  const forms = {
    defanged: defang(value),
    json: JSON.stringify(indicator, null, 2),
    curl: curlOf(path),
    cli: `edict context indicator-list --text '${value.replaceAll("'", String.raw`'\''`)}'`,
  };
  return <CopyMenu label={`Copy ${indicator.name}`} forms={forms} />;
}

const columns: readonly Column<IndicatorItem>[] = [
  {
    key: 'value',
    title: 'Indicator',
    width: 'minmax(11rem, 1.2fr)',
    cell: ({ value }) => (
      <span className={css['code']} title={defang(value)}>
        {defang(value)}
      </span>
    ),
  },
  { key: 'type', title: 'Kind', width: '5.5rem', cell: ({ type }) => type },
  {
    key: 'verdict',
    title: 'Verdict',
    width: '7rem',
    cell: ({ verdict }) => <State value={verdict} tone={tones[verdict]} label={verdict === 'not-yet' ? 'not valid yet' : verdict} />,
  },
  { key: 'seen', title: 'Seen', width: '4.5rem', align: 'end', cell: (one) => <Matches {...one} /> },
  { key: 'name', title: 'What it is', width: 'minmax(10rem, 1.6fr)', cell: ({ name }) => <span title={name}>{name}</span> },
  {
    key: 'confidence',
    title: 'Confidence',
    width: '6rem',
    align: 'end',
    cell: ({ confidence }) => (confidence === undefined ? '–' : `${confidence} %`),
  },
  { key: 'source', title: 'Source', width: 'minmax(7rem, 0.8fr)', cell: ({ source }) => source ?? '–' },
  {
    key: 'until',
    title: 'Valid until',
    width: '9rem',
    cell: ({ validUntil }) => (validUntil === undefined ? 'no end' : <When at={validUntil} />),
  },
  { key: 'copy', title: 'Copy', width: '3.5rem', cell: (indicator) => <Copies indicator={indicator} /> },
];
