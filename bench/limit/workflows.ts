/** What the benches bundle: the interpreter and its limit, so that both run in the same worker. */
export { playbookRun } from '../../workflows/playbook-run.ts';
export { called, callMany, foreach, parallel, sequence, tree, waiting, woken } from './hand-written.ts';
