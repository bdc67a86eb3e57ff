/** What the playbook bench bundles: the interpreter and its limit, so that both run in the same worker. */
export { playbookRun } from '../../workflows/playbook-run.ts';
export { parallelByHand, sequentialByHand } from './hand-written.ts';
