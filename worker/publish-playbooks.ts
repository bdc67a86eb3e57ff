/** Publishes the playbooks that come with Edict: each version once. A version whose text was changed in place is an error. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compilePlaybook } from '../domain/playbook/compile.ts';
import type { Store } from '../store/port.ts';

const folder = resolve(import.meta.dirname, '..', 'playbooks');

export async function publishPlaybooks(store: Store): Promise<void> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  for (const name of files.toSorted()) {
    const source = readFileSync(join(folder, name), 'utf8');
    const { plan } = compilePlaybook(source, `playbooks/${name}`);
    await store.playbooks.publish({ source, plan }, 'system:worker');
  }
}
