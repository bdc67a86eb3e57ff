/** The declared answer of a task: the short form of an output and the long one are the same. */
import type { SourceManual } from '../playbook.schema.ts';
import type { TaskOutput, TaskOutputs } from '../task.ts';

export function outputsOf(outputs: SourceManual['outputs']): TaskOutputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, given]): [string, TaskOutput] => {
      if (typeof given === 'string') return [name, { type: given }];
      const { type, enum: values, optional, description } = given;
      return [
        name,
        {
          type: type ?? 'string',
          ...(values ? { enum: values } : {}),
          ...(optional ? { optional: true } : {}),
          ...(description === undefined ? {} : { description }),
        },
      ];
    }),
  );
}
