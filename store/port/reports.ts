/** Reports as they were made. */
import type { Json } from '../../domain/json.ts';
import type { Actor, Page, PageRequest } from './words.ts';

export type Reports = {
  readonly save: (
    report: { readonly id: string; readonly title: string; readonly html: string; readonly json: Json },
    by: Actor,
  ) => Promise<void>;
  readonly get: (
    id: string,
  ) => Promise<
    { readonly id: string; readonly title: string; readonly html: string; readonly json: Json; readonly at: string } | undefined
  >;
  readonly list: (page: PageRequest) => Promise<Page<{ readonly id: string; readonly title: string; readonly at: string }>>;
};
