/** Ten thousand incidents: only what is in sight is drawn, and the last one is reached. */
import { expect } from '@jest/globals';
import { Client } from 'pg';
import { describeConsole, it, running } from './browser.ts';

const many = 10_000;

/** Closed, and their signals handed on: nobody is to work on them. */
async function insertMany(): Promise<void> {
  const client = new Client({ connectionString: running().database });
  await client.connect();
  try {
    await client.query(
      `with made as (
        insert into incidents (id, key, title, severity, status, opened_at)
        select 'inc-many' || lpad(n::text, 8, '0'), 'many:' || n, 'many: number ' || n, (array['low', 'medium', 'high', 'critical'])[1 + n % 4],
          'closed', now() - n * interval '1 minute'
        from generate_series(1, $1::int) n on conflict do nothing returning id, key, title, severity
      ), signalled as (
        insert into signals (id, document, status, incident, door, delivered_at)
        select 'sig-' || id, json_build_object('id', 'sig-' || id, 'kind', 'many', 'severity', severity, 'at', now(), 'title', title, 'source', 'host-' || key, 'key', key, 'attributes', json_build_object()),
          'handled', id, 'token:test', now()
        from made returning id, incident
      )
      insert into incident_signals (incident, signal) select incident, id from signalled`,
      [many],
    );
  } finally {
    await client.end();
  }
}

describeConsole('ten thousand incidents', (open) => {
  it('are one list, of which little is drawn', async () => {
    await insertMany();
    const page = await open('analyst', '/incidents?text=many%3A&status=closed&order=newest');
    const grid = page.getByRole('grid', { name: 'Incidents' });
    await grid.getByText('many: number 1', { exact: true }).waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    for (let reached = false; !reached;) {
      await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      reached = await grid
        .getByText(`many: number ${many}`, { exact: true })
        .waitFor({ timeout: 300 })
        .then(
          () => true,
          () => false,
        );
    }
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(many + 1));
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /many: number/u }).waitFor();
  });
});
