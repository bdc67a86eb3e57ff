/** The outputs of a run that came to its end. */
import type { Json } from '../../json.ts';
import { evaluate, parseExpression } from '../expression.ts';
import { faultOf, scopeOf, type Turn } from './turn.ts';

/** An output whose steps did not run is absent; one that fails is said in the run's error and changes nothing else. */
export function evaluateOutputs(turn: Turn): void {
  const scope = scopeOf(turn, '');
  const outputs: { [name: string]: Json } = {};
  for (const [name, cel] of Object.entries(turn.plan.outputs)) {
    try {
      if (parseExpression(cel).roots.every((root) => hasRun(scope(root)))) outputs[name] = evaluate(cel, scope);
    } catch (error) {
      const { code, message } = faultOf(error);
      turn.state.error ??= { code, message: `output \`${name}\`: ${message}` };
    }
  }
  if (Object.keys(outputs).length > 0) turn.state.outputs = outputs;
}

function hasRun(value: Json | undefined): boolean {
  if (value === undefined) return false;
  return !(
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    (value.status === 'skipped' || value.status === 'withheld' || value.status === 'cancelled')
  );
}
