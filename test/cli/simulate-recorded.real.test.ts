/** Other versions of a playbook on incidents that the real engine ran, recorded in the real store. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { describeWith } from '../stack/fixture.ts';
import { loadDemoData, openGround, refusal, until, type Ground } from './edict.ts';

jest.setTimeout(120_000);

type Reply = {
  readonly runs: number;
  readonly same: number;
  readonly different: number;
  readonly undecided: number;
  readonly comparisons: readonly {
    readonly run: string;
    readonly incident?: string;
    readonly verdict: string;
    readonly reason?: string;
    readonly notes: readonly string[];
    readonly differences: readonly { readonly what: string; readonly before: unknown; readonly after: unknown }[];
    readonly before?: { readonly outcome: string; readonly path: readonly string[] };
  }[];
  readonly skipped: readonly { readonly run: string }[];
};

const shipped = readFileSync(join(import.meta.dirname, '../../playbooks/contain-host.yaml'), 'utf8');

describeWith(['postgres', 'temporal', 'opa'], 'playbooks on recorded incidents', () => {
  let ground: Ground;
  let contained: { readonly incident: string; readonly run: string };
  let denied: string;

  const approvalOf = (run: string) =>
    until(
      () => ground.json<{ items: { id: string; run: string; status: string }[] }>('approvals'),
      ({ items }) => items.some((one) => one.run === run),
    ).then(({ items }) => items.find((one) => one.run === run)?.id ?? '');
  const statusOf = (run: string, status: string) =>
    until(
      () => ground.json<{ view?: { status: string } }>('run', 'show', run),
      (shown) => shown.view?.status === status,
    );
  const version = (name: string, change: (text: string) => string): string => {
    const file = join(ground.folder, `${name}.yaml`);
    writeFileSync(file, change(shipped));
    return file;
  };
  const simulate = (...args: readonly string[]) => ground.json<Reply>('playbook', 'simulate', ...args);

  /** One incident by a signal, approved by two, leased; one run by hand, denied. */
  beforeAll(async () => {
    ground = await openGround();
    await loadDemoData(ground);
    await ground.json(...'--as analyst signal send beacon --severity high --source ws-17 --destination 203.0.113.9'.split(' '));
    const { items } = await until(
      () => ground.json<{ items: { id: string }[] }>('incident', 'list'),
      (page) => page.items.length > 0,
    );
    const incident = items[0]?.id ?? '';
    const { runs } = await until(
      () => ground.json<{ runs: { run: string }[] }>('incident', 'show', incident),
      (found) => found.runs.length > 0,
    );
    contained = { incident, run: runs[0]?.run ?? '' };
    const approval = await approvalOf(contained.run);
    await ground.json('--as', 'manager-1', 'approve', approval, '--reason', 'it beacons');
    await ground.json('--as', 'manager-2', 'approve', approval, '--reason', 'it beacons');
    const byHand = await ground.json<{ run: string }>(
      ...'--as analyst playbook run contain-host host=ws-18 indicator=203.0.113.9 lease=1h'.split(' '),
    );
    denied = byHand.run;
    await ground.json('--as', 'manager-1', 'deny', await approvalOf(denied), '--reason', 'it is the scanner');
    await statusOf(contained.run, 'leased');
    await statusOf(denied, 'ended');
  }, 180_000);
  afterAll(() => ground?.close(), 60_000);

  it('the version that ran decides as it did', async () => {
    const { comparisons, ...reply } = await simulate('contain-host', '--incident', contained.incident);
    expect(reply).toMatchObject({ runs: 1, same: 1, different: 0, undecided: 0 });
    expect(comparisons[0]).toMatchObject({ run: contained.run, verdict: 'same', notes: [], before: { outcome: 'done' } });
    expect(comparisons[0]?.before?.path).toEqual(['enrich', 'known-bad', 'ask', 'isolate', 'verify', 'propose']);
  });

  it('a version that asks administrators shows that nobody answered it', async () => {
    const file = version('admins', (text) =>
      text.replace('roles: [manager]\n      quorum', 'roles: [admin]\n      quorum').replace('version: 1.0.0', 'version: 1.1.0'),
    );
    const { comparisons } = await simulate(file, '--incident', contained.incident);
    expect(comparisons[0]).toMatchObject({
      verdict: 'different',
      differences: expect.arrayContaining([
        { what: 'outcome', before: 'done', after: 'expired' },
        { what: 'effect of isolate', before: expect.objectContaining({ action: 'network.isolate' }), after: null },
      ]),
    });
    const { stdout } = await ground.edict(['playbook', 'simulate', file, '--incident', contained.incident]);
    expect(stdout).toContain('0 alike, 1 otherwise, 0 undecided');
  });

  it('of all incidents it says how many would have gone otherwise', async () => {
    const shorter = version('shorter', (text) => text.replace("lease: '${inputs.lease}' #", 'lease: 30m #'));
    expect(await simulate(shorter, '--all-incidents', '--last', '50')).toMatchObject({ runs: 2, same: 1, different: 1, undecided: 0 });
    expect(await simulate('contain-host', '--all-incidents')).toMatchObject({ runs: 2, same: 2, different: 0 });
  });

  it('what nobody recorded is said, not guessed, and taken from the user', async () => {
    const file = version('more', (text) =>
      text.replace(
        'steps:\n  - id: enrich',
        'steps:\n  - { id: drift, action: enforcement.observe, with: { point: opa } }\n  - id: enrich',
      ),
    );
    const { comparisons } = await simulate(file, '--run', denied);
    expect(comparisons[0]).toMatchObject({
      verdict: 'undecided',
      reason: 'step `drift` performs `enforcement.observe`, of which nothing was recorded',
    });
    const said = await simulate(file, '--run', denied, '--fakes', "enforcement.observe: { drifted: false, detail: '' }");
    expect(said.comparisons[0]).toMatchObject({ verdict: 'different', differences: [expect.objectContaining({ what: 'path' })] });
  });

  it('a document of others is published and run for real by one command, and by who may', async () => {
    const document = join(import.meta.dirname, '../fixtures/cacao/playbooks/good/http-playbook.json');
    const map = join(ground.folder, 'map.yaml');
    writeFileSync(map, "commands: [{ match: '*', action: control.noop, with: { value: $command } }]");
    const refused = await refusal(ground, ['cacao', 'run', document, '--map', map, '--live']);
    expect(refused).toMatchObject({ code: 'access-denied', help: expect.stringContaining('start: [engineer]') });
    writeFileSync(map, "commands: [{ match: '*', action: control.noop, with: { value: $command } }]\nstart: [engineer]\n");
    const renamed = join(ground.folder, 'other.json');
    writeFileSync(renamed, readFileSync(document, 'utf8').replace('"Example http"', '"Another http"'));
    const { run, playbook } = await ground.json<{ run: string; playbook: string }>('cacao', 'run', renamed, '--map', map, '--live');
    expect(playbook).toBe('another-http');
    expect(await statusOf(run, 'ended')).toMatchObject({ view: { outcome: 'done' } });
  });

  it('does nothing: no run and no approval more than before', async () => {
    const known = async () => [await ground.json('run', 'list'), await ground.json('approvals', '--all')];
    const before = await known();
    await simulate('contain-host', '--all-incidents');
    expect(await known()).toEqual(before);
  });

  it.each([
    [['nothing-here', '--incident', 'x'], 'not-found'],
    [['contain-host', '--incident', 'nothing'], 'not-found'],
    [['contain-host@9.9.9', '--all-incidents'], 'not-found'],
    [['contain-host', '--all-incidents', '--last', '0'], 'input-invalid'],
    [['contain-host', '--all-incidents', '--fakes', 'intel.lokup: {}'], 'input-invalid'],
  ])('refuses %j', async (args, code) => {
    expect(await refusal(ground, ['playbook', 'simulate', ...args])).toMatchObject({ code });
  });
});
