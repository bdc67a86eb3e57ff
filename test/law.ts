/** How often a law is tried: all of it in continuous integration, a part where somebody waits for the answer. */
export const runs = (numRuns: number): { readonly numRuns: number } => ({
  numRuns: process.env['CI'] === undefined ? Math.ceil(numRuns * 0.1) : numRuns,
});
