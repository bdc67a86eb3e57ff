/** Much to look at: ten thousand incidents, a run of a thousand steps, a network of two thousand hosts. */
import { Client as Database } from 'pg';
import type { Client } from '../../cli/client.ts';

export const incidents = 10_000;
export const hosts = 2000;
export const steps = 1000;
const edges = 4000;
const connections = 20_000;

/** Put where the API would take too long; closed, so that nobody is to work on them. */
export async function fillIncidents(databaseUrl: string): Promise<void> {
  const database = new Database({ connectionString: databaseUrl });
  await database.connect();
  try {
    await database.query(
      `with made as (
        insert into incidents (id, key, title, severity, status, opened_at)
        select 'inc-many' || lpad(n::text, 8, '0'), 'many:' || n, 'many: number ' || n, (array['low', 'medium', 'high', 'critical'])[1 + n % 4],
          'closed', now() - n * interval '1 minute'
        from generate_series(1, $1::int) n returning id, key, title, severity
      ), signalled as (
        insert into signals (id, document, status, incident, door, delivered_at)
        select 'sig-' || id, json_build_object('id', 'sig-' || id, 'kind', 'many', 'severity', severity, 'at', now(), 'title', title,
          'source', 'host-' || key, 'key', key, 'attributes', json_build_object()), 'handled', id, 'token:bench', now()
        from made returning id, incident
      )
      insert into incident_signals (incident, signal) select incident, id from signalled`,
      [incidents],
    );
  } finally {
    await database.end();
  }
}

const addressOf = (host: number): string => `10.${host % 8}.${Math.floor(host / 200)}.${1 + (host % 200)}`;

/** Eight zones; each host talks to two others, some of them often. */
export async function fillContext(engineer: Client): Promise<void> {
  const zones = Array.from({ length: 8 }, (_, zone) => `zone-${zone},10.${zone}.0.0/16`);
  const assets = Array.from(
    { length: hosts },
    (_, host) => `host-${host},${addressOf(host)},zone-${host % 8},,,team-${host % 20},${host % 40 === 0 ? 'critical' : 'low'}`,
  );
  await engineer.call('context.inventory', {
    body: {
      assets_csv: ['name,address,zone,services,groups,owner,criticality', ...assets, ''].join('\n'),
      zones_csv: ['name,cidrs', ...zones, ''].join('\n'),
    },
  });
  const startSeconds = Date.UTC(2026, 10, 1) / 1000;
  const lines = Array.from({ length: connections }, (_, index) => {
    const edge = index % edges;
    const from = edge % hosts;
    const to = (from * 7 + 1 + (edge >= hosts ? 800 : 0)) % hosts;
    const ends = { 'id.orig_h': addressOf(from), 'id.orig_p': 4, 'id.resp_h': addressOf(to), 'id.resp_p': [443, 5432, 22][edge % 3] };
    return JSON.stringify({
      uid: `many-${index}`,
      ts: startSeconds + index * 60,
      proto: 'tcp',
      conn_state: 'SF',
      orig_bytes: 500,
      resp_bytes: 900,
      ...ends,
    });
  });
  await engineer.call('context.connections', { body: lines.join('\n') }, { contentType: 'text/plain' });
}

/** Twenty branches of fifty steps. */
export async function fillRun(engineer: Client, analyst: Client): Promise<string> {
  const branches = Array.from({ length: 20 }, (_, branch) =>
    Array.from({ length: steps / 20 }, (__, step) => ({ id: `s${branch}-${step}`, action: 'control.noop', with: { value: step } })),
  );
  const document = {
    playbook: 'bench-many',
    version: '1.0.0',
    title: 'A thousand steps',
    triggers: [{ manual: { roles: ['analyst'] } }],
    steps: [{ id: 'all', parallel: { branches } }],
  };
  // YAML holds JSON.
  const source = JSON.stringify(document);
  await engineer.call('playbooks.publish', { body: { source } });
  const { run } = await analyst.call('playbooks.run', { params: { name: 'bench-many' }, body: { inputs: {} } });
  return run;
}
