import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { opaAuthorizer } from '../../../api/auth/authz.ts';
import { lateStore } from '../../../api/late-store.ts';
import { buildServer } from '../../../api/server.ts';
import { fakeOrchestrator } from '../fake-orchestrator.ts';

describe('the files of the console', () => {
  const root = mkdtempSync(join(tmpdir(), 'edict-console-'));
  const folder = join(root, 'dist');
  let app: FastifyInstance;
  const script = 'export const it = "runs";\n';
  beforeAll(async () => {
    const authz = opaAuthorizer({ url: 'http://127.0.0.1:1', token: 'none' });
    app = buildServer({
      store: lateStore().store,
      temporal: fakeOrchestrator(),
      authz,
      clock: () => new Date(),
      version: '0',
      ready: () => false,
      consoleFolder: folder,
    });
    await app.ready();
    app.addHook('onClose', () => authz.close());
  });
  afterAll(async () => {
    await app.close();
    rmSync(root, { recursive: true });
  });
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers: { accept: 'text/html,application/xhtml+xml', ...headers } });
  const build = () => {
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Edict</title>');
    writeFileSync(join(folder, 'assets', 'index-abc123.js'), script);
    writeFileSync(join(folder, 'assets', 'index-abc123.js.gz'), gzipSync(script));
    writeFileSync(join(folder, '.secret'), 'x');
    writeFileSync(join(root, 'outside.txt'), 'x');
  };

  it('that are not built are said to be missing, in a page, until they are there', async () => {
    const answer = await get('/');
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['retry-after']]).toEqual([
      503,
      'text/html; charset=utf-8',
      '10',
    ]);
    expect(answer.body).toContain('The console is not built');
    build();
    expect((await get('/')).statusCode).toBe(200);
  });

  it.each(['/', '/sign-in', '/incidents/i-1', '/policies?state=draft', '/people/some@example.org/x'])(
    'are one page for %s',
    async (url) => {
      build();
      const answer = await get(url);
      expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(answer.body).toContain('<title>Edict</title>');
    },
  );

  it('run nothing that is not one of them, in no frame, from nowhere else', async () => {
    build();
    const { headers } = await get('/incidents');
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((line) => [line.split(' ')[0], line]),
    );
    expect(policy.get('default-src')).toBe("default-src 'none'");
    expect(policy.get('script-src')).toBe("script-src 'self'");
    expect(policy.get('style-src')).toBe("style-src 'self'");
    expect(policy.get('connect-src')).toBe("connect-src 'self'");
    expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'none'");
    expect(policy.get('base-uri')).toBe("base-uri 'none'");
    expect(policy.get('require-trusted-types-for')).toBe("require-trusted-types-for 'script'");
    expect(String(headers['content-security-policy'])).not.toMatch(/unsafe|https?:|\*|blob:/u);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
  });

  it('with a name of their own are kept for ever, and sent compressed where that is understood', async () => {
    build();
    const plain = await get('/assets/index-abc123.js', { accept: '*/*' });
    expect([plain.statusCode, plain.body, plain.headers['cache-control']]).toEqual([200, script, 'public, max-age=31536000, immutable']);
    expect(plain.headers['content-type']).toMatch(/^(?:text|application)\/javascript/u);
    const packed = await get('/assets/index-abc123.js', { accept: '*/*', 'accept-encoding': 'gzip' });
    expect([packed.headers['content-encoding'], packed.headers['cache-control']]).toEqual(['gzip', 'public, max-age=31536000, immutable']);
    expect(packed.headers['content-type']).toMatch(/^(?:text|application)\/javascript/u);
    expect(packed.rawPayload.length).toBe(gzipSync(script).length);
    expect(String(packed.headers['vary'])).toMatch(/accept-encoding/iu);
  });

  it.each([
    ['/v1/nothing', 'text/html'],
    ['/v1', 'text/html'],
    ['/opa/nothing', 'text/html'],
    ['/webhooks', 'text/html'],
    ['/assets/gone-123.js', '*/*'],
    ['/incidents', 'application/json'],
    ['/.secret', 'text/html'],
    ['/../outside.txt', 'text/html'],
    ['/..%2foutside.txt', 'text/html'],
    ['/assets/..%2f..%2foutside.txt', 'text/html'],
    ['/%2e%2e/outside.txt', 'text/html'],
  ])('do not answer for %s (%s)', async (url, accept) => {
    build();
    const answer = await get(url, { accept });
    expect([answer.statusCode >= 400 && answer.statusCode < 500, answer.headers['content-type']]).toEqual([
      true,
      'application/problem+json',
    ]);
    expect(String(answer.headers['content-security-policy'])).toContain("default-src 'none'");
  });

  it('are read, and nothing is sent to them', async () => {
    build();
    for (const method of ['POST', 'PUT', 'DELETE'] as const) expect((await app.inject({ method, url: '/incidents' })).statusCode).toBe(404);
    expect((await app.inject({ method: 'HEAD', url: '/assets/index-abc123.js' })).statusCode).toBe(200);
  });
});
