/**
 * Continuous integration tries laws on the same samples each time, so that what it refuses is the change and not chance. Everywhere else
 * the samples are new each time; `EDICT_LAW_SEED=N CI=true` hunts with others.
 */
const { CI, EDICT_LAW_SEED } = process.env;
if (CI !== undefined) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: Number(EDICT_LAW_SEED ?? 20_261_126) });
}
