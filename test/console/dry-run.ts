/** A dry-run in the drawer of a point. */
import type { Locator } from 'playwright-core';

/** The answer of a dry-run that is asked for now, not of the one before. */
export async function planned(drawer: Locator, words: string | RegExp): Promise<void> {
  const part = drawer.getByRole('region', { name: 'Dry-run' });
  await part.getByRole('button', { name: 'Plan it' }).click();
  await part.locator('button[data-loading]').waitFor({ state: 'detached', timeout: 30_000 });
  await part.getByText(words).first().waitFor({ timeout: 30_000 });
}
