/**
 * Builds the console into console/dist: hashed files that never change, one page, no third-party origin, nothing inline (the server sends a
 * strict Content-Security-Policy). In development `EDICT_URL` is where the API is, and `EDICT_TOKEN` who asks where nobody signed in.
 */
import { defineConfig } from 'vite';
import { buildChecks } from './build-checks.ts';
import { routesModule } from './routes-module.ts';

const api = process.env['EDICT_URL'] ?? 'http://127.0.0.1:8600';
const token = process.env['EDICT_TOKEN'];

const proxied = {
  target: api,
  changeOrigin: true,
  ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [routesModule(), buildChecks()],
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // An asset within a stylesheet would need `data:` in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    // Every file of Mantine says that it is for the client; everything here is.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  css: { modules: { generateScopedName: '[name]_[local]_[hash:base64:4]' } },
  server: { proxy: { '/v1': proxied, '/health': proxied, '/openapi.json': proxied } },
});
