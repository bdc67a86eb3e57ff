import { describe, expect, it } from '@jest/globals';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import * as fc from 'fast-check';
import { decideAccess, prepareAccess } from '../../../domain/policy/access/decide.ts';
import { entityStore } from '../../../domain/policy/access/entity-store.ts';
import { environmentOf } from '../../../domain/policy/access/environment.ts';
import { compileExpression, truthOf } from '../../../domain/policy/access/evaluate.ts';
import { parseCedar } from '../../../domain/policy/targets/cedar/parse.ts';
import { printUid } from '../../../domain/policy/access/entity.ts';
import { readEntities } from '../../../domain/policy/targets/cedar/entities.ts';
import { readCedarStore } from '../../../domain/policy/targets/cedar/store.ts';
import { runs } from '../../law.ts';
import { cedarCondition, cedarEntities, cedarPolicies, cedarRequest } from './random-cedar.ts';

describe('Cedar conditions', () => {
  it('are true, false, or err as Cedar says', () => {
    const seen = { true: 0, false: 0, errs: 0 };
    fc.assert(
      fc.property(
        fc.array(cedarCondition, { minLength: 40, maxLength: 40 }),
        cedarEntities,
        cedarRequest,
        (conditions, entities, request) => {
          const policies = Object.fromEntries(
            conditions.map((each, at) => [`p${at}`, `permit(principal, action, resource) when { ${each} };`]),
          );
          const answer = cedar.isAuthorized({
            ...request,
            policies: { staticPolicies: policies },
            entities: entities as any,
            context: request.context as any,
          });
          if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
          const { reason, errors } = answer.response.diagnostics;
          const erring = errors.map(({ policyId }) => policyId);
          const environment = environmentOf(ourRequest(request), entityStore(readEntities(entities)), undefined);
          for (const [id, text] of Object.entries(policies)) {
            const theirs = reason.includes(id) ? 'true' : erring.includes(id) ? 'errs' : 'false';
            const truth = truthOf(compileExpression(parseCedar(text)[0]!.condition)(environment));
            const ours = typeof truth === 'string' ? truth : 'errs';
            seen[ours] += 1;
            if (ours !== theirs) expect({ text, entities, request, is: ours }).toEqual({ text, entities, request, is: theirs });
          }
        },
      ),
      runs(600),
    );
    expect(Math.min(...Object.values(seen)) * 10).toBeGreaterThan(Math.max(...Object.values(seen)));
  });
});

describe('Cedar policies read into the model', () => {
  it('are decided as Cedar decides them, for the same reasons', () => {
    const seen = { asked: 0, allowed: 0 };
    fc.assert(
      fc.property(cedarPolicies, cedarEntities, fc.array(cedarRequest, { minLength: 4, maxLength: 4 }), (policies, entities, requests) => {
        const text = policies.join('\n');
        const decider = deciderOf(text, entities);
        for (const request of requests) {
          const answer = cedar.isAuthorized({
            ...request,
            policies: { staticPolicies: text },
            entities: entities as any,
            context: request.context as any,
          });
          if (answer.type === 'failure') throw new Error(`${text}: ${JSON.stringify(answer.errors)}`);
          const { decision, diagnostics } = answer.response;
          const ours = decideAccess(decider, ourRequest(request));
          const reasons = ours.determining.filter((id) => id !== 'cedar-default');
          expect({ text, entities, request, decision: ours.decision, reasons, erring: ours.erring }).toEqual({
            text,
            entities,
            request,
            decision,
            reasons: diagnostics.reason.toSorted(),
            erring: [],
          });
          seen.asked += 1;
          if (decision === 'allow') seen.allowed += 1;
        }
      }),
      runs(600),
    );
    expect(seen.allowed * 20).toBeGreaterThan(seen.asked);
  });
});

function deciderOf(text: string, entities: readonly unknown[]) {
  const { rules } = readCedarStore({ policies: [text] });
  const named = rules.map((rule) => ({ id: rule.id, rule }));
  return prepareAccess(named, { assets: [], zones: [], entities: readEntities(entities) });
}

function ourRequest({ principal, action, resource, context }: any) {
  return { kind: 'access' as const, principal: printUid(principal), action: printUid(action), resource: printUid(resource), context };
}
