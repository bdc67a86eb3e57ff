/**
 * A table of few rows, as it stands in a section: real `<table>`, columns as wide as what they hold. What may be long, pages, or is walked by keys is
 * a `DataTable`. `<PlainTable label="Rules" rows={rules} rowId={({ id }) => id} columns={[{ key: 'id', title: 'Rule', cell: ({ id }) => id }]} />`
 */
import type { ReactElement, ReactNode } from 'react';
import css from './css/plain-table.module.css';

export type PlainColumn<T> = {
  readonly key: string;
  /** Of the column; read out alone where `unseen` (a column of buttons). */
  readonly title: string;
  readonly unseen?: boolean;
  /** Figures, and what is pressed. */
  readonly align?: 'end';
  /** `quiet`: what explains. `strong`: what the row is about. */
  readonly weight?: 'quiet' | 'strong';
  readonly cell: (row: T) => ReactNode;
};

type PlainTableProps<T> = {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly PlainColumn<T>[];
  readonly rowId: (row: T) => string;
  /** The row that is spoken of elsewhere on the screen. */
  readonly here?: (row: T) => boolean;
  readonly onHover?: (row: T | undefined) => void;
};

export function PlainTable<T>({ label, rows, columns, rowId, here, onHover }: PlainTableProps<T>): ReactElement {
  return (
    <PlainFrame label={label} columns={columns}>
      {rows.map((row) => (
        <tr key={rowId(row)} data-here={here?.(row)} onMouseEnter={() => onHover?.(row)} onMouseLeave={() => onHover?.(undefined)}>
          {columns.map(({ key, align, weight, cell }) => (
            <td key={key} data-align={align} data-weight={weight}>
              {cell(row)}
            </td>
          ))}
        </tr>
      ))}
    </PlainFrame>
  );
}

type Head = Omit<PlainColumn<never>, 'cell' | 'weight'>;
type PlainFrameProps = { readonly label: string; readonly columns: readonly Head[]; readonly children: ReactNode };

/** The same table, where a row has a life of its own: `children` are its `<tr>`s, cells marked with `data-align` and `data-weight`. */
export function PlainFrame({ label, columns, children }: PlainFrameProps): ReactElement {
  return (
    <table className={css['table']} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ key, title, unseen = false, align }) => (
            <th key={key} scope="col" data-align={align}>
              {unseen ? <span className="unseen">{title}</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
