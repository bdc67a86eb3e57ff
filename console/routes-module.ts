/**
 * `virtual:edict-routes`: of the table of routes only what a browser needs to call them, as plain data made at build time. The schemas, and
 * with them zod, stay out of the bundle; their types reach the console by `import type`.
 */
import type { Plugin } from 'vite';
import type { RouteSpec } from '../api/contract/route.ts';
import { routes } from '../api/contract/routes.ts';

const name = 'virtual:edict-routes';
const resolved = `\0${name}`;

export function routesModule(): Plugin {
  return {
    name: 'edict-routes',
    resolveId: (id) => (id === name ? resolved : undefined),
    load: (id) => (id === resolved ? `export const routes = ${JSON.stringify(table())};` : undefined),
  };
}

function table(): Record<string, unknown> {
  const specs: Readonly<Record<string, RouteSpec>> = routes;
  return Object.fromEntries(
    Object.entries(specs).map(([key, { method, path, access, consumes, produces }]) => [key, { method, path, access, consumes, produces }]),
  );
}
