/**
 * Conditions as graphs of tests: a node leads on by what its test comes to, at last to `true`, `false` or `error`. Each part of a
 * condition is written once for each way on from it, so that a graph is about as long as its condition.
 */
import type { Expression } from '../../access/expression.ts';
import type { JsonObject } from '../../../json.ts';
import { testOf } from './tests.ts';

export type ConditionData = { readonly data: JsonObject; readonly isWhole: boolean };

type Exits = { readonly yes: string; readonly no: string; readonly error: string };

type Drawing = { readonly nodes: { [name: string]: JsonObject }; readonly known: Map<string, string>; isWhole: boolean };

/** What has no test is an error, which denies; then the condition is not whole. */
export function conditionData(expression: Expression): ConditionData {
  const drawing: Drawing = { nodes: {}, known: new Map(), isWhole: true };
  const root = draw(drawing, expression, { yes: 'true', no: 'false', error: 'error' });
  return { data: { root, nodes: drawing.nodes }, isWhole: drawing.isWhole };
}

function draw(drawing: Drawing, expression: Expression, exits: Exits): string {
  const { yes, no, error } = exits;
  switch (expression.op) {
    case 'literal':
      return expression.value === true ? yes : expression.value === false ? no : error;
    case 'not':
      return draw(drawing, expression.of, { yes: no, no: yes, error });
    case 'holds':
      return draw(drawing, expression.of, { yes, no, error: no });
    case 'and':
      return draw(drawing, expression.left, { yes: draw(drawing, expression.right, exits), no, error });
    case 'or':
      return draw(drawing, expression.left, { yes, no: draw(drawing, expression.right, exits), error });
    case 'if': {
      const [then, otherwise] = [draw(drawing, expression.yes, exits), draw(drawing, expression.no, exits)];
      return draw(drawing, expression.condition, { yes: then, no: otherwise, error });
    }
    default:
      return drawTest(drawing, expression, exits);
  }
}

function drawTest(drawing: Drawing, expression: Expression, { yes, no, error }: Exits): string {
  const found = testOf(expression);
  if (found === undefined) {
    drawing.isWhole = false;
    // Not the way that `holds` makes of an error: it would not deny there.
    return 'error';
  }
  const [whenTrue, whenFalse] = found.negated ? [no, yes] : [yes, no];
  if (whenTrue === whenFalse && whenTrue === error) return error;
  const node = { test: found.test, true: whenTrue, false: whenFalse, error };
  const key = JSON.stringify(node);
  const name = drawing.known.get(key) ?? String(drawing.known.size);
  drawing.known.set(key, name);
  drawing.nodes[name] = node;
  return name;
}
