/** One recorded question of a person to an enforcement point: asked once, answered within seconds or not at all. Whoever asked may ask again. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { PointAnswer } from '../domain/enforcement/question.ts';
import { failureOfFault, faultOf } from './fault.ts';
import type { PointQuestionInput } from './messages.ts';
import { asking } from './options.ts';

export async function pointQuestion({ question }: PointQuestionInput): Promise<PointAnswer> {
  try {
    return await asking['point.ask']({ question });
  } catch (error) {
    // With where, and what helps, as the point's connector said it.
    if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) throw error.cause;
    throw failureOfFault(faultOf(error));
  }
}
