/** A link to another screen, by its path: `<Link to={`/runs/${id}`}>…</Link>`; `search` for what that screen keeps in its address. */
import { Link as RouterLink } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';

type LinkProps = {
  readonly to: string;
  readonly search?: Readonly<Record<string, string>>;
  readonly className?: string | undefined;
  readonly title?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-current'?: 'page' | undefined;
  readonly tabIndex?: number;
  readonly children: ReactNode;
};

export function Link({ to, search, ...rest }: LinkProps): ReactElement {
  const [path = '/', query = ''] = to.split('?', 2);
  const all = { ...Object.fromEntries(new URLSearchParams(query)), ...search };
  return <RouterLink to={path} {...(Object.keys(all).length === 0 ? {} : { search: all })} {...rest} />;
}
