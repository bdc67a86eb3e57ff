import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { forbiddenCode, guardedLookup, isForbidden } from '../../connectors/egress.ts';
import { openConnector } from '../../connectors/open.ts';

describe('addresses that connectors never reach', () => {
  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::a9fe:a9fe',
    'fe80::1',
    'fd00:ec2::254',
    '100.100.100.200',
    '0xa9fea9fe',
    '2852039166',
    '169.254.43518',
  ])('%s is one', (address) => {
    expect(isForbidden(address)).toBe(true);
  });

  it.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '::1', 'fd00::1', '203.0.113.9', 'opa.internal'])('%s is none', (address) => {
    expect(isForbidden(address)).toBe(false);
  });

  it.each(['http://169.254.169.254/latest', 'http://[fe80::1]:8181', 'http://0xa9.0xfe.169.254', 'http://2852039166/'])(
    'are refused in settings: %s',
    (url) => {
      const ports = {
        artifacts: async () => undefined,
        shelf: { put: async () => undefined, get: async () => undefined },
        signingKey: async () => ({ keyId: 'k', privateKeyPem: '' }),
        secret: async () => undefined,
      };
      expect(() => openConnector({ name: 'opa-1', kind: 'opa', settings: { url } }, ports)).toThrow(
        expect.objectContaining({ code: 'input-invalid', where: '/settings/url' }),
      );
    },
  );

  it.each([{ all: true }, { all: false }])('are refused when a name turns out to lead there (%j)', async (options) => {
    const code = await new Promise((resolve) => guardedLookup('169.254.169.254', options, (error) => resolve(error?.code)));
    expect(code).toBe(forbiddenCode);
  });

  it('let names pass that lead elsewhere', async () => {
    const server = createServer((_request, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    const status = await new Promise((resolve, reject) => {
      request({ host: 'localhost', port, lookup: guardedLookup }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
