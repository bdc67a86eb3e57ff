/** A process that disables an account on an outside system until it is killed. It says that it has begun. */
import { identityDisableUser } from '../../activities/identity/disable-user.ts';
import type { Ports } from '../../activities/ports.ts';
import { openStore } from '../../store/open.ts';
import { systemCache } from '../../worker/system-cache.ts';
import { allowAll } from './guard-fixture.ts';

/** How it is called. */
export type DoomedArguments = readonly [databaseUrl: string, auditFile: string, run: string, user: string];

const [databaseUrl = '', auditFile = '', run = '', user = ''] = process.argv.slice(2);
const store = await openStore({ databaseUrl, auditFile });
const caller = { workflowId: `run/${run}`, lastAttempt: false, signal: new AbortController().signal, heartbeat: () => undefined };
const ports = { store, system: systemCache(store).open, guard: allowAll, caller: () => caller, now: () => new Date() } as unknown as Ports;
process.stdout.write('begun\n');
await identityDisableUser(ports)({ run, step: 'disable', invocation: 1, params: { user } });
process.stdout.write('done\n');
