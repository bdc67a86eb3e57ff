/** Where bundles lie for OPA to fetch: the store's table, served by the API. */
export type ShelvedBundle = { readonly point: string; readonly revision: string; readonly bytes: Uint8Array };

export type BundleShelf = {
  /** The same revision again changes nothing. */
  readonly put: (bundle: ShelvedBundle) => Promise<void>;
  readonly get: (point: string) => Promise<ShelvedBundle | undefined>;
};
