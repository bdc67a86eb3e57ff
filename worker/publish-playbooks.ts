/** Publishes the playbooks that come with Edict: each version once. A version whose text was changed in place is not taken; the published one stands. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EdictError } from '../domain/errors.ts';
import { catalogueOf, type Catalogue } from '../domain/playbook/publishing/catalogue.ts';
import { compilePlaybook } from '../domain/playbook/compile.ts';
import type { Store } from '../store/port.ts';

const folder = resolve(import.meta.dirname, '..', 'playbooks');

/** What could not be published, in words. */
export async function publishPlaybooks(store: Store): Promise<readonly string[]> {
  const refused: string[] = [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  const sources = files.toSorted().map((name) => ({ name, source: readFileSync(join(folder, name), 'utf8') }));
  const playbooks = await allPlaybooks(store, sources);
  for (const { name, source } of sources) {
    try {
      const { plan } = compilePlaybook(source, `playbooks/${name}`, { playbooks });
      await store.playbooks.publish({ source, plan, tests: testsOf(name) }, 'system:worker');
    } catch (error) {
      if (!(error instanceof EdictError) || error.code === 'dependency-unavailable' || error.code === 'audit-unavailable') throw error;
      const hint = error.code === 'conflict' ? ': raise its version' : '';
      refused.push(`playbooks/${name}: ${error.message}${hint}`);
    }
  }
  return refused;
}

function testsOf(name: string): string | undefined {
  const file = join(folder, name.replace(/\.yaml$/u, '.test.yaml'));
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

type Source = { readonly name: string; readonly source: string };

/** What they may call: each other, and what is published already. A text that does not compile is told of when its turn comes. */
async function allPlaybooks(store: Store, sources: readonly Source[]): Promise<Catalogue> {
  const own = sources.flatMap(({ name, source }) => {
    try {
      return [compilePlaybook(source, `playbooks/${name}`).plan];
    } catch (error) {
      if (error instanceof EdictError) return [];
      throw error;
    }
  });
  return catalogueOf([...(await store.playbooks.list()).map(({ plan }) => plan), ...own]);
}
