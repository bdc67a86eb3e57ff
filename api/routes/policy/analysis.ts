/** Policies looked into. Nothing is stored: the what-if that a review shows is made by its own step, of the version that it reviews. */
import { analyse } from '../../../domain/policy/analysis/analyse.ts';
import { loadFlows } from '../../../domain/policy/replay/flows.ts';
import { optimise } from '../../../domain/policy/analysis/optimise.ts';
import { permissiveness } from '../../../domain/policy/analysis/permissiveness.ts';
import { blastRadius } from '../../../domain/policy/analysis/reach.ts';
import { relate } from '../../../domain/policy/analysis/relate.ts';
import { policySide } from '../../../domain/policy/analysis/side.ts';
import { plainSizes } from '../../../domain/policy/analysis/size.ts';
import { prepare } from '../../../domain/policy/decide.ts';
import { keptWhatIf } from '../../../domain/policy/replay/decision-events.ts';
import { whatIfOn } from '../../../domain/policy/replay/what-if.ts';
import { EdictError } from '../../../domain/errors.ts';
import type { PolicyVersionRow, Store } from '../../../store/port.ts';
import type { HandlerDeps, HandlersOf } from '../../handler.ts';
import { knownVersion } from '../policies.ts';

type Names = 'policies.analysis' | 'policies.comparison' | 'policies.what-if' | 'policies.optimised';

/** The newest of them, as the step of a review has it. */
const mostConnections = 50_000;

export function analysisHandlers({ store }: HandlerDeps): HandlersOf<Names> {
  return {
    'policies.analysis': async ({ query: { policy, version, most } }) => {
      const changed = policy === undefined || version === undefined ? undefined : await knownVersion(store, policy, version);
      const rows = await together(store, changed);
      const recorded = await store.context.connections({ limit: mostConnections });
      // Without any record, that nothing used a rule tells nothing.
      const flows = recorded.length === 0 ? undefined : loadFlows(recorded);
      const { allows, ...analysis } = analyse(documents(rows), await store.context.inventory(), { most, flows });
      return { ...analysis, policies: rows.map((row) => ({ policy: row.policy, version: row.version })), allows: plainSizes(allows) };
    },
    'policies.comparison': async ({ params: { policy }, query: { from, to, unspoken } }) => {
      const inventory = await store.context.inventory();
      const side = async (version: number) =>
        policySide(`version ${version}`, [(await knownVersion(store, policy, version)).document], inventory);
      const { allows, ...related } = relate(await side(from), await side(to), inventory, unspoken);
      return { policy, from, to, ...related, allows: { first: plainSizes(allows.first), second: plainSizes(allows.second) } };
    },
    'policies.what-if': async ({ params: { policy, version }, query: { asset } }) => {
      const changed = await knownVersion(store, policy, version);
      const inventory = await store.context.inventory();
      const [before, after] = [documents(await store.policies.inForce()), documents(await together(store, changed))];
      const flows = loadFlows(await store.context.connections({ limit: mostConnections }));
      const result = whatIfOn(flows, prepare(before, inventory), prepare(after, inventory), inventory);
      const allows = { before: plainSizes(permissiveness(before, inventory)), after: plainSizes(permissiveness(after, inventory)) };
      const events = await store.context.accessDecisions({ limit: mostConnections });
      const access = events.length === 0 ? {} : { access: keptWhatIf(events, { before, after }, inventory) };
      const radius = asset === undefined ? {} : { radius: blastRadius(asset, [before, after], inventory) };
      return { policy, version, ...result, allows, ...access, ...radius };
    },
    'policies.optimised': async ({ params: { policy, version } }) => {
      const row = await knownVersion(store, policy, version);
      const { policies, ...optimised } = optimise([row.document], await store.context.inventory());
      const [document] = policies;
      if (document === undefined) throw new EdictError('defect', 'one policy is optimised to none');
      return { policy, version, ...optimised, document };
    },
  };
}

function documents(rows: readonly PolicyVersionRow[]): readonly PolicyVersionRow['document'][] {
  return rows.map((row) => row.document);
}

/** Those in force, with a version in place of its own. */
async function together(store: Store, changed: PolicyVersionRow | undefined): Promise<readonly PolicyVersionRow[]> {
  const inForce = await store.policies.inForce();
  return changed === undefined ? inForce : [...inForce.filter(({ policy }) => policy !== changed.policy), changed];
}
