/** What global set-up hands to global tear-down. */
export type Running = { readonly directory: string; readonly stop: (() => Promise<unknown>)[] };
