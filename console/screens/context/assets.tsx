/** Assets and zones: what names in policies mean. */
import type { ReactElement } from 'react';
import type { AssetItem, ZoneItem } from '../../../api/contract/context/insight.ts';
import { usePages, useRead } from '../../api/queries.ts';
import { Link } from '../../app/link.tsx';
import { useUrlState } from '../../app/url.ts';
import type { Column } from '../../look/data-table.tsx';
import { PagedTable } from '../../look/paged-table.tsx';
import { Severity } from '../../look/severity.tsx';
import { Empty } from '../../look/told.tsx';
import { Chosen, Filters, Typed } from './filters.tsx';

export function Assets(): ReactElement {
  const [{ text, zone }] = useUrlState();
  const zones = useRead('context.zones', {});
  const query = { limit: 500, ...(text === undefined ? {} : { text }), ...(zone === undefined ? {} : { zone }) };
  const pages = usePages('context.assets', { query }, { keep: true });
  const choices = (zones.data?.items ?? []).map(({ name, assets }) => ({ value: name, label: `${name} (${assets})` }));
  return (
    <>
      <Filters
        label="Filter the assets"
        names={['text', 'zone']}
        aside={<Cidrs zone={zones.data?.items.find(({ name }) => name === zone)} />}
      >
        <Typed name="text" label="Name" hint="payments, 10.1.0.10, an owner" />
        <Chosen name="zone" label="Zone" any="Any zone" choices={choices} />
      </Filters>
      <PagedTable
        label="Assets"
        pages={pages}
        rowId={({ name }) => name}
        rowLabel={({ name }) => name}
        columns={columns}
        empty={
          <Empty title="No such asset">
            Load an inventory: a CSV of names, addresses, zones, services, groups, owners and criticality.
          </Empty>
        }
      />
    </>
  );
}

function Cidrs({ zone }: { readonly zone: ZoneItem | undefined }): ReactElement | null {
  return zone === undefined || zone.cidrs.length === 0 ? null : (
    <>
      {zone.name}: {zone.cidrs.join(', ')}
    </>
  );
}

const columns: readonly Column<AssetItem>[] = [
  {
    key: 'name',
    title: 'Asset',
    width: 'minmax(10rem, 1fr)',
    by: ({ name }) => name,
    cell: ({ name }) => <Link to={`/context?${new URLSearchParams({ tab: 'seen', host: name }).toString()}`}>{name}</Link>,
  },
  { key: 'zone', title: 'Zone', width: '9rem', by: ({ zone }) => zone, cell: ({ zone }) => zone },
  { key: 'criticality', title: 'Criticality', width: '8rem', cell: ({ criticality }) => <Severity value={criticality} /> },
  { key: 'services', title: 'Runs', width: 'minmax(8rem, 0.8fr)', cell: ({ services }) => services.join(', ') || '–' },
  { key: 'owner', title: 'Owner', width: 'minmax(8rem, 0.8fr)', by: ({ owner }) => owner, cell: ({ owner }) => owner || '–' },
  { key: 'addresses', title: 'Addresses', width: 'minmax(12rem, 1.4fr)', cell: ({ addresses }) => addresses.join(', ') },
];
