import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openNftables } from '../../../connectors/nftables/connect.ts';
import { clearText } from '../../../connectors/nftables/ruleset.ts';
import { openPacketProof } from '../../../connectors/nftables/packet-proof.ts';
import { digestOf } from '../../../domain/digest.ts';
import { witnesses } from '../../../domain/policy/witnesses.ts';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { needs } from '../needs.ts';
import { inventory, payments, policyOf, request, stranger, strictRules } from '../policies.ts';
import { startNftablesBench, type NftablesBench } from './bench.ts';

const noArtifacts = { artifacts: async () => undefined };
const open = (exec: readonly string[]) => openNftables({ name: 'fw-x', kind: 'nftables', settings: { exec } }, noArtifacts);

needs('lab', () => {
  describe('the nftables connector in its laboratory', () => {
    let bench: NftablesBench;
    beforeAll(async () => {
      bench = await startNftablesBench();
    });
    afterAll(() => bench.stop());

    it('cuts a connection that was there before the host was isolated', async () => {
      const connector = bench.open();
      await connector.apply({ artifact: bench.artifacts.strict, isolations: [] }, 'k/1');
      const far = inLab(
        bench.lab.serverExec,
        `require('net').createServer((s) => s.on('data', (d) => s.write(d))).listen(5432, '::', () => console.log('ready'))`,
      );
      await far.line();
      const near = inLab(bench.lab.clientExec, echoing('10.1.0.10', '10.2.0.5'));
      expect(await near.line()).toBe('echoed');
      const established = await near.line();
      await connector.apply(
        { artifact: bench.artifacts.strict, isolations: [{ key: 'k/isolate/1', addresses: ['10.1.0.10'], allow: [] }] },
        'k/isolate/1',
      );
      near.drain();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(established).toBe('echoed');
      expect(near.drain()).toEqual([]);
      expect((await connector.observe()).facts['isolationCounters']).toMatchObject([{ rule: 'isolation k/isolate/1' }]);
      near.kill();
      far.kill();
    });

    it('tells a port that is closed from one that the firewall refuses', async () => {
      const connector = bench.open();
      await connector.apply({ artifact: bench.artifacts.strict, isolations: [] }, 'k/2');
      // Nothing listens there but the prober itself.
      expect(await connector.probe(request('10.1.0.10', '10.3.0.1', 4711))).toMatchObject({ decision: 'allow', method: 'packet' });
      expect(await connector.probe(stranger[4])).toMatchObject({ decision: 'deny', detail: expect.stringContaining('refused') });
    });

    it('knows within a second that a packet was dropped', async () => {
      const connector = bench.open();
      await connector.apply(
        { artifact: bench.artifacts.strict, isolations: [{ key: 'k/isolate/2', addresses: ['10.1.0.10'], allow: [] }] },
        'k/3',
      );
      const probe = await connector.probe(payments[4]);
      expect(probe).toMatchObject({ decision: 'deny', detail: expect.stringContaining('dropped') });
      expect(probe.elapsedMs).toBeLessThan(1000);
    });

    it('tries UDP, and says why it cannot try what no packet stands for', async () => {
      const connector = bench.open();
      await connector.apply({ artifact: bench.artifacts.strict, isolations: [] }, 'k/4');
      const asked = [
        request('10.1.0.10', '10.3.0.1', 53, 'udp'),
        request('10.1.0.10', '10.2.0.5', 53, 'udp'),
        request('10.1.0.10', '10.2.0.5', 0, 'icmp'),
        request('10.1.0.10', '10.2.0.5', 0),
        request('10.1.0.10', '224.0.0.1', 80),
        { ...payments[4], at: '2020-01-01T00:00:00Z' },
      ];
      const outcomes = (await connector.probeMany?.(asked)) ?? [];
      expect(outcomes.map(({ probe }) => probe?.decision)).toEqual(['allow', 'deny', undefined, undefined, undefined, undefined]);
      expect(outcomes.slice(2).map(({ reason }) => reason)).toEqual([
        expect.stringContaining('icmp'),
        expect.stringContaining('port 0'),
        expect.stringContaining('224.0.0.1'),
        expect.stringContaining('2020'),
      ]);
      await expect(connector.probe(request('10.1.0.10', '10.2.0.5', 0, 'icmp'))).rejects.toMatchObject({ code: 'probe-unsupported' });
    });

    it('proves a policy by the packets of all its witnesses, and finds a planted mistake', async () => {
      const proof = openPacketProof(bench.lab.firewallExec, { from: bench.lab.clientExec, to: bench.lab.serverExec });
      const tried = witnesses([policyOf(strictRules)], inventory);
      const wrongOf = async (artifact: Artifact) => {
        const outcomes = await proof.tryMany(
          artifact,
          tried.map((one) => one.request),
        );
        expect(outcomes.filter(({ probe }) => probe !== undefined).length).toBeGreaterThan(tried.length / 3);
        return outcomes.filter(
          ({ probe }, index) => probe !== undefined && (probe.decision === 'deny') !== (tried[index]?.expected === 'deny'),
        );
      };
      expect(await wrongOf(bench.artifacts.strict)).toEqual([]);
      expect((await wrongOf(planted(bench.artifacts.strict))).length).toBeGreaterThan(0);
    });

    it('refuses an artifact that speaks of more than its own table, and one that nft does not take', async () => {
      const connector = bench.open();
      await connector.apply({ artifact: bench.artifacts.strict, isolations: [] }, 'k/5');
      for (const text of [
        'flush ruleset\n',
        'table inet other {\n}\n',
        'delete table inet edict_seal\n',
        'table inet edict_policy {\n}\ntable ip sneaky {\n}\n',
        '',
      ]) {
        await expect(connector.apply({ artifact: artifactOf(text), isolations: [] }, 'k/6')).rejects.toMatchObject({
          code: 'artifact-unreadable',
        });
      }
      const broken = artifactOf('table inet edict_policy {\n  chain forward {\n    tcp dport 99999 accept\n  }\n}\n');
      await expect(connector.apply({ artifact: broken, isolations: [] }, 'k/7')).rejects.toMatchObject({
        code: 'enforcement-point-refused',
      });
      expect(await connector.observe()).toMatchObject({ artifactDigest: bench.artifacts.strict.digest, intact: true });
    });

    it('does not let nft see the beginning of a ruleset whose end never came', async () => {
      const connector = bench.open();
      await connector.apply(
        { artifact: bench.artifacts.strict, isolations: [{ key: 'k/isolate/3', addresses: ['10.1.0.10'], allow: [] }] },
        'k/10',
      );
      // As when this process is killed while it writes: what has arrived so far deletes all tables.
      const cut = `case "$*" in *'edict: whole'*) head -c ${clearText().length} | "$@";; *) exec "$@";; esac`;
      const dying = open(['sh', '-c', cut, 'cut', ...bench.lab.firewallExec]);
      await expect(dying.apply({ artifact: bench.artifacts.shut, isolations: [] }, 'k/11')).rejects.toMatchObject({
        code: 'enforcement-point-refused',
      });
      expect(await connector.observe()).toMatchObject({
        artifactDigest: bench.artifacts.strict.digest,
        isolationKeys: ['k/isolate/3'],
        intact: true,
      });
    });

    it('leaves tables of others alone', async () => {
      const connector = bench.open();
      bench.nft('add', 'table', 'ip', 'theirs');
      await connector.apply({ artifact: bench.artifacts.shut, isolations: [] }, 'k/8');
      expect(bench.nft('list', 'tables')).toContain('table ip theirs');
      expect((await connector.observe()).facts['otherTables']).toEqual(['ip theirs']);
      bench.nft('delete', 'table', 'ip', 'theirs');
    });

    it('stays intact while packets are counted, and with sets of a thousand addresses', async () => {
      const connector = bench.open();
      const elements = Array.from({ length: 1000 }, (_, index) => `10.${(index * 37) % 200}.${index % 256}.${(index * 91) % 256}`);
      const text = `table inet edict_policy {\n  set many {\n    type ipv4_addr\n    elements = { ${[...new Set(elements)].join(', ')} }\n  }\n  chain forward {\n    type filter hook forward priority filter; policy accept;\n    ip saddr @many counter accept comment "many"\n    counter comment "all"\n  }\n}\n`;
      await connector.apply({ artifact: artifactOf(text), isolations: [] }, 'k/9');
      await connector.probeMany?.([payments[4], payments[6]]);
      const observed = await connector.observe();
      expect(observed.intact).toBe(true);
      expect(observed.facts['counters']).toMatchObject([{ rule: 'all' }]);
    });
  });

  describe('the nftables connector without a firewall', () => {
    it('says that a program or a namespace is missing', async () => {
      await expect(open(['/nowhere/firewall-shell']).observe()).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
      await expect(open(['ip', 'netns', 'exec', 'edict-not-there']).observe()).rejects.toMatchObject({
        code: 'enforcement-point-unreachable',
      });
      await expect(open(['env', 'PATH=/nowhere']).observe()).rejects.toMatchObject({ code: 'enforcement-point-unreachable' });
    });

    it('says that it has no right', async () => {
      const exec = process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : [];
      await expect(open(exec).apply({ artifact: undefined, isolations: [] }, 'k')).rejects.toMatchObject({
        code: 'enforcement-point-refused',
      });
    });

    it('refuses settings that are none, by their place', () => {
      expect(() => openNftables({ name: 'fw', kind: 'nftables', settings: { exec: [7] } }, noArtifacts)).toThrow(
        expect.objectContaining({ code: 'input-invalid', where: '/settings/exec/0' }),
      );
    });
  });
});

needs('lab without root', () => {
  describe('without any right of root', () => {
    it('makes a laboratory, applies, observes, probes and finds drift', () => {
      const home = mkdtempSync(join(tmpdir(), 'edict-user-'));
      const program = fileURLToPath(new URL('without-root.ts', import.meta.url));
      const user = process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : [];
      const [file, ...args] = [...user, process.execPath, program];
      const ended = spawnSync(file, args, { encoding: 'utf8', cwd: '/', env: { PATH: process.env['PATH'], HOME: home } });
      rmSync(home, { recursive: true, force: true });
      expect(ended.stderr).toBe('');
      expect(JSON.parse(ended.stdout)).toEqual({
        uid: process.getuid?.() === 0 ? 65_534 : process.getuid?.(),
        mode: 'keeper',
        intact: true,
        payments: 'allow',
        stranger: 'deny',
        afterFlush: false,
      });
    });
  });
});

function artifactOf(text: string): Artifact {
  return { target: 'nftables', digest: digestOf(text), files: { 'edict.nft': text }, sizeBytes: text.length };
}

/** The same policy with one port too many. */
function planted(artifact: Artifact): Artifact {
  const text = Object.values(artifact.files).join('\n');
  expect(text).toContain('tcp dport 5432');
  return artifactOf(text.replaceAll('tcp dport 5432', 'tcp dport 5432-5433'));
}

/** Sends a line every 50 ms over one connection, and prints `echoed` for each that comes back. */
function echoing(from: string, to: string): string {
  return `const s = require('net').connect({ host: '${to}', port: 5432, localAddress: '${from}' }, () => setInterval(() => s.write('x'), 50));
    s.on('data', () => console.log('echoed')).on('error', () => undefined)`;
}

function inLab(prefix: readonly string[], script: string) {
  const [file, ...args] = [...prefix, process.execPath, '-e', script];
  const child: ChildProcessWithoutNullStreams = spawn(file, args);
  const seen: string[] = [];
  const waiting: (() => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(line);
    waiting.shift()?.();
  });
  const line = async (): Promise<string> => {
    if (seen.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return seen.shift() ?? '';
  };
  return { line, drain: () => seen.splice(0), kill: () => child.kill('SIGKILL') };
}
