/**
 * The end of a run on its way out of the workflow: what the run answers carries what is to be recorded, and the worker records it before it lets
 * the answer go (worker/run-end-codec.ts). No activity, no event, no turn. Where it cannot be recorded the workflow task fails and is done again;
 * so it is for runs whose end is the same when it is done again.
 */
import { defaultPayloadConverter, RawValue } from '@temporalio/common';
import { encode } from '@temporalio/common/lib/encoding.js';
import { workflowInfo } from '@temporalio/workflow';
import type { RunView } from '../../domain/playbook/view.ts';
import { runEndEncoding, type RunEnd } from '../messages.ts';

/** For the caller of the workflow it is `answer`. A replay records nothing: it only tells what was. */
export function recordedOnItsWay(view: RunView, answer: RunView): RunView {
  if (workflowInfo().unsafe.isReplaying) return answer;
  const payload = defaultPayloadConverter.toPayload({ view, answer } satisfies RunEnd);
  const marked = { ...payload, metadata: { encoding: encode(runEndEncoding) } };
  return RawValue.fromPayload(marked) as unknown as RunView;
}
