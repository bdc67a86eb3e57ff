/** PostgreSQL in the conformance suite: the script is run by a real server; what it then lets pass is in test/policy/postgresql. */
import { Client } from 'pg';
import type { Artifact } from '../../../domain/policy/targets/target.ts';
import { testDatabase } from '../../stack/fixture.ts';
import { sampleOf } from '../postgresql/sample.ts';
import { access, accessPolicy } from './access-cases.ts';
import { type Conformance, type ConformanceCase, line, type Mutation, remove } from './conformance.ts';

const { rules, inventory } = sampleOf('');

const policyOf = accessPolicy('sample');

const sample: ConformanceCase = { name: 'rows', policies: [policyOf(rules.map(({ rule }) => rule))], inventory };

/** What PostgreSQL cannot say, each in a rule of its own, and nothing said of the rest. */
const lost: ConformanceCase = {
  name: 'what-is-lost',
  policies: [
    policyOf([
      access('anybody', 'allow', { principals: ['any'], actions: ['select'], resources: ['table:public.orders'] }),
      access('anything', 'deny', {
        principals: ['role:sales'],
        actions: ['any'],
        resources: ['table:public.orders'],
        when: { attributes: [{ attribute: 'resource.closed', is: true }] },
      }),
      access('with-mfa', 'allow', {
        principals: ['role:ann'],
        actions: ['update'],
        resources: ['table:public.orders'],
        when: { mfa: true },
      }),
      access('not-abroad', 'deny', {
        principals: ['role:ben'],
        actions: ['select'],
        resources: ['table:public.orders'],
        when: { countries: ['US'] },
      }),
      access('every-table', 'allow', { principals: ['role:staff'], actions: ['delete'], resources: ['table:*'] }),
      access('own', 'allow', {
        principals: ['role:ann'],
        actions: ['insert'],
        resources: ['table:public.orders'],
        when: { relationship: ['owner'] },
      }),
    ]),
  ],
  inventory,
};

const of = (rule: string) => new RegExp(`^CREATE POLICY "edict [a-z]+ sample/${rule}".*\\n`, 'm');
const within = (rule: string, change: (found: string) => string) => line(of(rule), change);

const mutations: readonly Mutation[] = [
  ['a lost allow', 'refuted', remove(of('staff-reads-europe'))],
  ['a lost deny', 'refuted', remove(of('closed-stays'))],
  ['a deny that allows', 'refuted', within('not-for-sales', (found) => found.replace('RESTRICTIVE', 'PERMISSIVE'))],
  ['an allow that only narrows', 'refuted', within('ben-deletes', (found) => found.replace('PERMISSIVE', 'RESTRICTIVE'))],
  ['another command', 'refuted', within('ben-deletes', (found) => found.replace('FOR DELETE', 'FOR UPDATE'))],
  ['another role', 'refuted', within('ben-deletes', (found) => found.replace('TO "ben"', 'TO "sales"'))],
  ['everybody', 'equivalent', within('ben-deletes', (found) => found.replace('TO "ben"', 'TO PUBLIC'))],
  [
    'everybody, with the privilege',
    'refuted',
    (text) =>
      within('ben-deletes', (found) => found.replace('TO "ben"', 'TO PUBLIC'))(text).replace(
        'GRANT DELETE ON TABLE "public"."orders" TO "ben"',
        'GRANT DELETE ON TABLE "public"."orders" TO PUBLIC',
      ),
  ],
  ['a deny for fewer', 'refuted', within('closed-stays', (found) => found.replace('TO PUBLIC', 'TO "ben"'))],
  ['a privilege that is lost', 'refuted', remove(/^GRANT DELETE ON TABLE .*\n/m)],
  ['a privilege more, which no policy goes with', 'equivalent', line(/GRANT DELETE ON TABLE/, () => 'GRANT DELETE, INSERT ON TABLE')],
  ['another value', 'refuted', within('staff-reads-europe', (found) => found.replace("'eu'", "'us'"))],
  ['a value more', 'refuted', within('staff-reads-europe', (found) => found.replace("'eu'", "'eu', 'us'"))],
  ['another column', 'refuted', within('staff-reads-europe', (found) => found.replace('"region"', '"seller"'))],
  ['a higher amount', 'refuted', within('sales-change-small', (found) => found.replace('<= 1000', '<= 1001'))],
  ['at least for at most', 'refuted', within('sales-change-small', (found) => found.replace('<= 1000', '>= 1000'))],
  ['one of two conditions', 'refuted', within('sales-change-small', (found) => found.replace(' AND ', ' OR '))],
  ['a condition left out', 'refuted', within('sales-change-small', (found) => found.replace(/"amount" <= 1000 AND /, ''))],
  ['a value asked for, not refused', 'refuted', within('sales-change-small', (found) => found.replace('NOT IN', 'IN'))],
  ['an exception left out', 'refuted', within('not-for-sales', (found) => found.replace(/ AND NOT \(\(pg_has_role.*'USAGE'\)\)\)/, ''))],
  ['an exception for others', 'refuted', within('not-for-sales', (found) => found.replace("'sales'", "'ben'"))],
  ['what must not be, asked for', 'refuted', within('closed-stays', (found) => found.replace('NOT ', ''))],
  ['a wider network', 'refuted', within('from-here', (found) => found.replace('127.0.0.0/8', '126.0.0.0/7'))],
  ['a minute later', 'refuted', within('from-here', (found) => found.replace('BETWEEN 0', 'BETWEEN 1'))],
  ['a column compared with another', 'refuted', within('own-rows', (found) => found.replace('"seller"', '"amount"'))],
  ['a membership that is lost', 'refuted', remove(/^GRANT "sales" TO "ann";\n/m)],
  ['a membership more', 'refuted', line(/^GRANT "sales" TO "ann";\n/m, (found) => `${found}GRANT "sales" TO "ben";\n`)],
  [
    'another table',
    'refuted',
    (text) => text.replaceAll('"public"."orders"', '"public"."others"').replaceAll('public.orders', 'public.others'),
  ],
  ['a rule said twice', 'equivalent', within('ben-deletes', (found) => `${found}${found.replace('ben-deletes', 'ben-again')}`)],
  [
    'policies in another order',
    'equivalent',
    (text) =>
      text
        .replace(of('staff-reads-europe'), '')
        .replace(of('ben-deletes'), (found) => `${found}${of('staff-reads-europe').exec(text)?.[0]}`),
  ],
  [
    'values in another order',
    'equivalent',
    within('staff-reads-europe', (found) => found.replace("'eu', 'd''accord'", "'d''accord', 'eu'")),
  ],
  ['row security left off', 'unreadable', remove(/^ALTER TABLE .* ENABLE ROW LEVEL SECURITY;\n/m)],
  ['row security that its owner passes', 'unreadable', remove(/^ALTER TABLE .* FORCE ROW LEVEL SECURITY;\n/m)],
  ['privileges that are not taken back', 'unreadable', remove(/^REVOKE .*\n/m)],
  ['policies that are not dropped', 'unreadable', remove(/^DO .*\n/m)],
  ['a name that would not be dropped', 'unreadable', within('ben-deletes', (found) => found.replace('"edict ', '"other '))],
  [
    'a setting that a session can make',
    'unreadable',
    within('ben-deletes', (found) => found.replace('USING (', "USING (current_setting('edict.mfa') = 'on' OR ")),
  ],
  ['a function of its own', 'unreadable', within('ben-deletes', (found) => found.replace('USING (', 'USING (allowed() OR '))],
  ['a statement behind it', 'unreadable', (text) => `${text}ALTER ROLE "ben" SUPERUSER;\n`],
  ['another time zone', 'unreadable', (text) => text.replaceAll("'Europe/Zurich'", "'UTC'")],
  ['two time zones', 'unreadable', within('from-here', (found) => found.replace("'Europe/Zurich'", "'UTC'"))],
  [
    'a digest of something else',
    'unreadable',
    line(/artifact sha256:./, (found) => `${found.slice(0, -1)}${found.endsWith('0') ? '1' : '0'}`),
  ],
  ['text cut off', 'unreadable', (text) => text.slice(0, -10)],
];

let opened: Promise<{ readonly client: Client; readonly drop: () => Promise<void> }> | undefined;

async function open(): Promise<{ readonly client: Client; readonly drop: () => Promise<void> }> {
  const { url, drop } = await testDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  return { client, drop };
}

/** Run whole, on tables and roles of these names; all of it is undone. */
async function run({ files }: Artifact): Promise<string> {
  opened ??= open();
  const { client } = await opened;
  const text = files['edict.sql']!.replace(/^BEGIN;$/m, '').replace(/^COMMIT;$/m, '');
  const found = (pattern: RegExp) => new Set([...text.matchAll(pattern)].flatMap((match) => match.slice(1)));
  const roles = [...found(/(?:TO|FROM PUBLIC,|,) ("(?:[^"]|"")+")(?=[ ,;])/g), ...found(/^GRANT ("(?:[^"]|"")+") TO ("(?:[^"]|"")+");$/gm)];
  await client.query('begin');
  try {
    for (const role of new Set(
      [...roles, ...found(/pg_has_role\(current_user, '([^']+)'/g)].map((name) => (name.startsWith('"') ? name : `"${name}"`)),
    ))
      await client.query(`create role ${role}`);
    for (const table of found(/^ALTER TABLE ("(?:[^"]|"")+"\."(?:[^"]|"")+") ENABLE/gm))
      await client.query(`create table ${table} (id int, region text, amount int, closed boolean, seller text)`);
    await client.query(text);
    await client.query(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.query('rollback');
  }
}

export const postgresql: Conformance = {
  target: 'postgresql',
  file: 'edict.sql',
  mutations,
  planted: sample,
  cases: [sample, lost],
  hostile: (name) => {
    // What nobody sees in a script is refused; see test/policy/postgresql.
    const seen = name.replaceAll(/[\p{Cc}\p{Cs}\u2028-\u202E]/gu, '');
    const plain = seen.slice(0, 20) || 'plain';
    return {
      name: 'hostile',
      inventory: {
        assets: [],
        zones: [],
        entities: [{ uid: { type: 'role', id: plain }, parents: [{ type: 'role', id: `in ${plain}` }] }],
      },
      policies: [
        policyOf([
          {
            kind: 'access',
            id: 'a',
            requirement: 'q1',
            effect: 'claim',
            match: { principals: ['any'], actions: ['any'], resources: ['any'] },
          },
          {
            kind: 'access',
            id: 'b',
            requirement: 'q1',
            effect: 'allow',
            match: {
              principals: [`role:${JSON.stringify(plain)}`],
              actions: ['select'],
              resources: [`table:${JSON.stringify(`public.${plain}`)}`],
              when: { attributes: [{ attribute: 'resource.region', is: seen.slice(0, 500) }] },
            },
          },
        ]),
      ],
    };
  },
  engine: {
    needs: ['postgres'],
    validate: run,
    spoil: line(/ENABLE ROW/, () => 'ENABLE ROWS'),
    stop: async () => {
      const held = await opened;
      await held?.client.end();
      await held?.drop();
    },
  },
};
