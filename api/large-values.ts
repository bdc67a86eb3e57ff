/** What is too large for an answer stands in it by its digest; `GET /v1/values/{digest}` gives it. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { RunView, StepView } from '../domain/playbook/view.ts';
import type { Values } from '../store/port/values.ts';

const largestInline = 64 * 1024;

/** The view with every output over 64 KiB as `{ $value: digest, sizeBytes }`. */
export async function withoutLargeValues(view: RunView, values: Values): Promise<RunView> {
  const short = async (outputs: JsonObject): Promise<JsonObject> => {
    const entries = Object.entries(outputs).map(async ([name, value]) => [name, await shortened(value, values)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  const steps = await Promise.all(
    view.steps.map(async (step): Promise<StepView> => (step.outputs ? { ...step, outputs: await short(step.outputs) } : step)),
  );
  return { ...view, steps, ...(view.outputs ? { outputs: await short(view.outputs) } : {}) };
}

async function shortened(value: Json, values: Values): Promise<Json> {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return value;
  const json = Buffer.from(JSON.stringify(value));
  return json.byteLength <= largestInline ? value : { $value: await values.put(json), sizeBytes: json.byteLength };
}
