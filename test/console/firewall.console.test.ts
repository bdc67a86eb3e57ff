/** A firewall among the points, on a stack of this file's own: the runs of other files would be asked of it too. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll } from '@jest/globals';
import { createLab } from '../../connectors/nftables/lab.ts';
import { checkScreen, describeConsole, it } from './browser.ts';
import { planned } from './dry-run.ts';
import { startFresh } from './fresh.ts';
import type { Fresh } from './fresh.ts';
import { givePasswords } from './people.ts';

describeConsole('a firewall among the enforcement points', (open) => {
  let fresh: Fresh;
  beforeAll(async () => {
    fresh = await startFresh();
    await givePasswords(fresh);
  }, 180_000);
  afterAll(async () => {
    await fresh?.stop();
  }, 60_000);

  it('sends one packet through a firewall, and a dry-run says what somebody changed there', async () => {
    const lab = await createLab({ name: `console-${process.pid}` });
    // Not every machine lets namespaces be made.
    if (!lab.supported) return;
    const settings = { exec: [...lab.firewallExec], prober: { from: [...lab.clientExec], to: [...lab.serverExec] } };
    const nft = (...args: readonly string[]) => {
      const [file, ...rest] = [...lab.firewallExec, 'nft', ...args] as [string, ...string[]];
      execFileSync(file, rest, { env: { PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } });
    };
    await fresh.as('admin').call('points.put', { body: { name: 'fw-lab', kind: 'nftables', settings } });
    try {
      const page = await open('engineer', '/points?point=fw-lab', fresh.url);
      const drawer = page.getByRole('dialog', { name: 'fw-lab' });
      await planned(drawer, 'already as wanted');
      const asked = drawer.getByRole('region', { name: 'Test' });
      await asked.getByText('One real packet is sent').waitFor();
      await asked.getByLabel('From').fill('10.99.0.7');
      await asked.getByLabel('To', { exact: true }).fill('10.98.0.9');
      await asked.getByRole('button', { name: 'Send a packet' }).click();
      await asked.getByText('they agree').waitFor({ timeout: 60_000 });
      await asked.getByText('a packet,').waitFor();
      // The watch puts it right within seconds: it is changed until a plan was made before that.
      const step = drawer.getByText('replace content that is not what was applied');
      for (let tries = 0; tries < 20 && !(await step.isVisible()); tries += 1) {
        nft('add', 'table', 'inet', 'edict_policy');
        await planned(drawer, /already as wanted|replace content/u);
      }
      await step.waitFor();
      await checkScreen(page, 'point-drifted');
    } finally {
      await fresh.as('admin').call('points.remove', { params: { name: 'fw-lab' } });
      await lab.destroy();
    }
  });
});
