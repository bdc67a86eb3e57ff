/** Publishes the playbooks that come with Edict: each version once. A version whose text was changed in place is not taken; the published one stands. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EdictError } from '../domain/errors.ts';
import { compilePlaybook } from '../domain/playbook/compile.ts';
import type { Store } from '../store/port.ts';

const folder = resolve(import.meta.dirname, '..', 'playbooks');

/** What could not be published, in words. */
export async function publishPlaybooks(store: Store): Promise<readonly string[]> {
  const refused: string[] = [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  for (const name of files.toSorted()) {
    const source = readFileSync(join(folder, name), 'utf8');
    try {
      const { plan } = compilePlaybook(source, `playbooks/${name}`);
      await store.playbooks.publish({ source, plan }, 'system:worker');
    } catch (error) {
      if (!(error instanceof EdictError) || error.code === 'dependency-unavailable' || error.code === 'audit-unavailable') throw error;
      const hint = error.code === 'conflict' ? ': raise its version' : '';
      refused.push(`playbooks/${name}: ${error.message}${hint}`);
    }
  }
  return refused;
}
