/**
 * Reading and sending over the table of routes, with TanStack Query.
 * `useRead('runs.get', { params: { id } })` reads; its key is [route, input], so that live events can tell what they make stale (live.ts).
 * `useSend('approvals.vote')` sends: one idempotency key for all tries of the same thing, tried again when the server was away.
 */
import { QueryClient, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type { InfiniteData, UseInfiniteQueryResult, UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import type { CallInput, ReplyOf } from '../../api/contract/route.ts';
import type { RouteName, Routes } from '../../api/contract/routes.ts';
import { call } from './client.ts';
import { isPassing } from './fault.ts';
import type { Fault } from './fault.ts';
import { newKey } from './key.ts';

const retriesWhenAway = 6;
/** Some five minutes: a server starts again meanwhile. */
const sendsWhenAway = 40;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Live events say when something changed.
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => isPassing(error) && failures < retriesWhenAway,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 8000),
      // The server may be on this very machine: that the browser is off line says nothing of it.
      networkMode: 'always',
    },
    mutations: {
      retry: (failures, error) => isPassing(error) && failures < sendsWhenAway,
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 8000),
      networkMode: 'always',
    },
  },
});

type ReadOptions = {
  readonly enabled?: boolean;
  /** Where no event tells of a change. */
  readonly everyMs?: number | false;
  /** What was shown stays while other filters load. */
  readonly keep?: boolean;
};

export function keyOf<N extends RouteName>(name: N, input: CallInput<Routes[N]>): readonly [N, CallInput<Routes[N]>] {
  return [name, input];
}

export function useRead<N extends RouteName>(
  name: N,
  input: CallInput<Routes[N]>,
  options: ReadOptions = {},
): UseQueryResult<ReplyOf<Routes[N]>, Fault> {
  return useQuery<unknown, Fault>({
    queryKey: keyOf(name, input),
    queryFn: ({ signal }) => call(name, input, { signal }),
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
    ...(options.keep === true ? { placeholderData: (before: unknown) => before } : {}),
  }) as UseQueryResult<ReplyOf<Routes[N]>, Fault>;
}

/** Routes whose reply is a page. */
export type PagedRoute = {
  [N in RouteName]: ReplyOf<Routes[N]> extends { readonly items: readonly unknown[]; readonly next?: string | undefined }
    ? CallInput<Routes[N]> extends { readonly query?: { readonly cursor?: string | undefined } | undefined }
      ? N
      : never
    : never;
}[RouteName];

/** Page by page: `fetchNextPage` when the end of the list comes into sight. */
export function usePages<N extends PagedRoute>(
  name: N,
  input: CallInput<Routes[N]>,
  options: ReadOptions = {},
): UseInfiniteQueryResult<InfiniteData<ReplyOf<Routes[N]>>, Fault> {
  type Result = UseInfiniteQueryResult<InfiniteData<ReplyOf<Routes[N]>>, Fault>;
  const result: unknown = useInfiniteQuery({
    queryKey: [name, input, 'pages'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => call(name, pageOf(input, pageParam), { signal }),
    getNextPageParam: (page) => (page as { readonly next?: string }).next,
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
    ...(options.keep === true ? { placeholderData: (before: unknown) => before as never } : {}),
  });
  return result as Result;
}

function pageOf<N extends RouteName>(input: CallInput<Routes[N]>, cursor: string | undefined): CallInput<Routes[N]> {
  const { query, ...rest } = input as { readonly query?: Readonly<Record<string, unknown>> };
  return { ...rest, query: { ...query, cursor } } as unknown as CallInput<Routes[N]>;
}

type SendOptions<N extends RouteName> = {
  /** What is stale afterwards, by the names of routes. */
  readonly stale?: readonly RouteName[];
  readonly onDone?: (reply: ReplyOf<Routes[N]>, input: CallInput<Routes[N]>) => void;
};

export function useSend<N extends RouteName>(
  name: N,
  options: SendOptions<N> = {},
): UseMutationResult<ReplyOf<Routes[N]>, Fault, CallInput<Routes[N]>> {
  return useMutation<ReplyOf<Routes[N]>, Fault, CallInput<Routes[N]>>({
    mutationFn: (input) => call(name, input, { key: keyFor(input) }),
    onSuccess: (reply, input) => {
      refresh(options.stale ?? []);
      options.onDone?.(reply, input);
    },
  });
}

/** The same input object is the same attempt: tries of it share their key. */
const keys = new WeakMap<object, string>();

function keyFor(input: object): string {
  const known = keys.get(input) ?? newKey();
  keys.set(input, known);
  return known;
}

/** Has everything that was read by these routes read again, where it is shown. */
export function refresh(names: readonly RouteName[]): void {
  const stale: ReadonlySet<unknown> = new Set(names);
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => stale.has(queryKey[0]) });
}
