/** A list that is shown whole, however many pages it has: each is asked for when the one before has come. */
import { useEffect } from 'react';
import type { Fault } from '../../api/fault.ts';

export type Whole<T> = {
  /** Those that have come; undefined before the first page has. */
  readonly rows: readonly T[] | undefined;
  readonly whole: boolean;
  readonly error: Fault | null;
  readonly retry: () => void;
};

type Pages<T> = {
  readonly data: { readonly pages: readonly { readonly items: readonly T[] }[] } | undefined;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isError: boolean;
  readonly error: Fault | null;
  readonly fetchNextPage: () => Promise<unknown>;
  readonly refetch: () => Promise<unknown>;
};

export function useWhole<T>(pages: Pages<T>): Whole<T> {
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
  return {
    rows: data?.pages.flatMap(({ items }) => items),
    whole: !hasNextPage,
    error: pages.error,
    retry: () => void pages.refetch(),
  };
}
