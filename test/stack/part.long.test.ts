import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { rotateLog, spawnChild, type Child } from '../../stack/process/child.ts';
import { parseManifest } from '../../stack/backup/format.ts';
import { launchCommand } from '../../stack/process/launch.ts';
import { defaultLimits, Part, type PartEvents, type PartSpec } from '../../stack/part.ts';
import { planPorts } from '../../stack/port-plan.ts';
import { choosePort, portHold, type PortHold } from '../../stack/ports.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'edict-part-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Seen = { readonly events: PartEvents; readonly log: string[] };

function seen(): Seen {
  const log: string[] = [];
  const note = (event: string) => (name: string) => void log.push(`${event} ${name}`);
  return {
    log,
    events: {
      spawned: note('spawned'),
      crashed: note('crashed'),
      restarted: note('restarted'),
      gaveUp: (error) => void log.push(`gave up: ${error.message.split('\n')[0]}`),
    },
  };
}

/** A part that is a Node process; `code` is what it runs. */
function part(name: string, code: string, events: PartEvents, more: Partial<PartSpec> = {}): Part {
  const start = async (onSpawn: (child: Child) => void) => {
    const command = launchCommand(process.execPath, ['-e', code], { deathSignal: 'SIGKILL' });
    await spawnChild({ name, command, logFile: join(root, `${name}.log`), onSpawn });
  };
  return new Part({ name, start, healthy: async () => true, stopSignal: 'SIGTERM', graceMs: 500, needs: [], ...more }, events, {
    ...defaultLimits,
    healthEveryMs: 50,
    backoffMs: 10,
  });
}

const forEver = 'setInterval(() => {}, 1000)';

describe('a supervised part', () => {
  it('is started again when it is killed, and is up again then', async () => {
    const { events, log } = seen();
    const again = new Promise<void>((resolve) => Object.assign(events, { restarted: () => resolve() }));
    const one = part('one', forEver, events);
    await one.begin();
    const first = one.pid();
    one.kill();
    await again;
    await one.up();
    expect(one.pid()).not.toBe(first);
    expect(log).toEqual(['spawned one', 'crashed one', 'spawned one']);
    await one.end();
    expect(one.pid()).toBeUndefined();
  });

  it('that runs but does not answer is killed, and so started again', async () => {
    const { events } = seen();
    let answers = true;
    const again = new Promise<void>((resolve) => Object.assign(events, { restarted: () => resolve() }));
    const one = part('hung', forEver, events, { healthy: async () => answers });
    await one.begin();
    const first = one.pid();
    answers = false;
    await again;
    expect(one.pid()).not.toBe(first);
    await one.end();
  });

  it('is given up when it ends again and again, with the end of its log', async () => {
    const { events } = seen();
    const gaveUp = new Promise<Error>((resolve) => Object.assign(events, { gaveUp: resolve }));
    const one = part('failing', 'console.error("no such file: x"); process.exit(3)', events);
    await one.begin();
    const error = await gaveUp;
    expect(error.message).toMatch(/failing ended 6 times soon after its start \(exit code 3\)/);
    expect(error.message).toContain('no such file: x');
    await expect(one.up()).rejects.toThrow('failing ended');
  }, 30_000);

  it('starts after what it needs, and not at all when that does not start', async () => {
    const { events, log } = seen();
    const base = part('base', forEver, events, { start: async () => Promise.reject(new Error('no base')) });
    const top = part('top', forEver, events, { needs: [base] });
    const outcomes = await Promise.allSettled([top.begin(), base.begin()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(log).toEqual([]);
  });

  it('that ignores the signal to stop is killed', async () => {
    const { events } = seen();
    const one = part('stubborn', `process.on('SIGTERM', () => {}); ${forEver}`, events);
    await one.begin();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await one.end();
    expect(one.pid()).toBeUndefined();
  });
});

describe('ports', () => {
  it('are all different, below 32768, and those of the last time where they are free', async () => {
    const ports = join(root, 'ports.json');
    const names = ['a', 'b', 'c', 'api'];
    const first = await planPorts({ ports }, { names });
    expect(new Set(Object.values(first)).size).toBe(4);
    for (const port of Object.values(first)) expect(port).toBeLessThan(32_768);
    expect(await planPorts({ ports }, { names })).toEqual(first);
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(first['a'], '127.0.0.1', resolve));
    const third = await planPorts({ ports }, { names });
    squatter.close();
    expect(third['a']).not.toBe(first['a']);
    expect({ ...third, a: 0 }).toEqual({ ...first, a: 0 });
  });

  it('that were asked for once are not remembered', async () => {
    const ports = join(root, 'asked.json');
    const asked = await choosePort(new Set());
    expect((await planPorts({ ports }, { names: ['api'], apiPort: asked }))['api']).toBe(asked);
    expect((await planPorts({ ports }, { names: ['api'] }))['api']).not.toBe(asked);
  });

  it('of an API are kept from another stack while nothing listens there', async () => {
    const [mine, theirs] = [portHold(), portHold()];
    const plan = (name: string, hold: PortHold) => planPorts({ ports: join(root, name) }, { names: ['api'], hold: hold.take });
    const first = (await plan('mine.json', mine))['api'];
    expect((await plan('theirs.json', theirs))['api']).not.toBe(first);
    mine.release();
    theirs.release();
    const next = portHold();
    expect((await plan('mine.json', next))['api']).toBe(first);
    next.release();
  });

  it('that are none are bad input', async () => {
    await expect(planPorts({ ports: join(root, 'bad.json') }, { names: ['api'], apiPort: 70_000 })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });

  it('that were remembered wrongly are chosen anew', async () => {
    const ports = join(root, 'damaged.json');
    writeFileSync(ports, '{"a": "x", "b": 99999999, "c"');
    expect((await planPorts({ ports }, { names: ['a'] }))['a']).toBeGreaterThan(0);
  });
});

describe('a log', () => {
  it('is kept once more when it has grown too large', () => {
    const file = join(root, 'rotated.log');
    writeFileSync(file, 'x'.repeat(100));
    rotateLog(file, 1000);
    expect(readFileSync(file, 'utf8')).toHaveLength(100);
    rotateLog(file, 10);
    expect(readdirSync(root).filter((name) => name.startsWith('rotated'))).toEqual(['rotated.log.1']);
  });
});

describe('the manifest of a backup', () => {
  const good = {
    product: 'edict',
    format: 1,
    version: '0.1.0',
    postgres: '18',
    createdAt: '',
    startLsn: '',
    stopLsn: '',
    folders: ['a'],
    files: [{ path: 'a/b', sizeBytes: 1, sha256: 'x' }],
  };
  it('is read when it is whole', () => {
    expect(parseManifest(JSON.stringify(good), 'f')).toEqual(good);
  });

  it.each([
    ['nothing', ''],
    ['another product', { ...good, product: 'other' }],
    ['a path that leaves the folder', { ...good, files: [{ path: '../x', sha256: 'x' }] }],
    ['an absolute path', { ...good, files: [{ path: '/etc/passwd', sha256: 'x' }] }],
    ['a folder that leaves the folder', { ...good, folders: ['a/../../b'] }],
    ['no files', { ...good, files: undefined }],
    ['no hash', { ...good, files: [{ path: 'a' }] }],
  ])('is refused with %s', (_name, value) => {
    expect(() => parseManifest(typeof value === 'string' ? value : JSON.stringify(value), 'f')).toThrow(
      expect.objectContaining({ code: 'backup-invalid' }),
    );
  });

  it('of a later format is incompatible', () => {
    expect(() => parseManifest(JSON.stringify({ ...good, format: 2 }), 'f')).toThrow(
      expect.objectContaining({ code: 'data-incompatible' }),
    );
  });
});
