/** Signed bundles of policy points. */

export type BundleRow = { readonly point: string; readonly revision: string; readonly bytes: Uint8Array };

/** The signed bundle that each OPA point should have: put by the connector, served by the API. One for each point; the newest counts. */
export type Bundles = {
  /** The same revision again is a no-op. No audit row of its own: the effect that puts it has one. */
  readonly put: (bundle: BundleRow) => Promise<void>;
  readonly get: (point: string) => Promise<BundleRow | undefined>;
  /** Resolves as soon as the point's revision is another than `revision` (undefined: as soon as there is one), or with undefined after `waitMs`; works across processes. */
  readonly waitFor: (point: string, revision: string | undefined, waitMs: number, signal?: AbortSignal) => Promise<BundleRow | undefined>;
};
