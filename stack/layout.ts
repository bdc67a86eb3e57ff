/** Where everything lies in a data directory (`.edict/`). Pure: names only, nothing is made here. */
import { join } from 'node:path';

export type Layout = {
  readonly root: string;
  /** Number of the directory's own format. */
  readonly format: string;
  readonly postgres: string;
  readonly logs: string;
  readonly secrets: string;
  /** What the connectors and the audit file sink keep; part of a backup. */
  readonly artifacts: string;
  readonly audit: string;
  /** Generated settings of Temporal and OPA; made anew at each start. */
  readonly settings: string;
  /** Ports chosen at the first start, kept while they are free. */
  readonly ports: string;
  /** Number of Temporal's history shards: fixed for the life of the data. */
  readonly shards: string;
  /** Who runs on this data now. */
  readonly lock: string;
  /** Process ids of the children, for the next start after a crash of the supervisor. */
  readonly run: string;
};

export function layout(dataDir: string): Layout {
  return {
    root: dataDir,
    format: join(dataDir, 'format'),
    postgres: join(dataDir, 'postgres'),
    logs: join(dataDir, 'logs'),
    secrets: join(dataDir, 'secrets'),
    artifacts: join(dataDir, 'artifacts'),
    audit: join(dataDir, 'audit'),
    settings: join(dataDir, 'settings'),
    ports: join(dataDir, 'ports.json'),
    shards: join(dataDir, 'shards'),
    lock: join(dataDir, 'lock'),
    run: join(dataDir, 'run.json'),
  };
}
