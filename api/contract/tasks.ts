/** Tasks: what runs ask people to do, who has taken one on, and the answer in the types that its playbook declares. */
import { z } from 'zod';
import { PageQuery, pageOf } from './page.ts';
import { Id, JsonMap, list, Time } from './values.ts';
import type { RouteSpec } from './route.ts';

export const TaskStatus = z.enum(['open', 'answered', 'expired', 'cancelled']);

const TaskOutput = z.object({
  type: z.enum(['string', 'int', 'double', 'bool', 'list', 'map']),
  enum: list(z.string()).optional(),
  optional: z.literal(true).optional(),
  description: z.string().optional(),
});

export const Task = z
  .object({
    id: z.string(),
    run: z.string(),
    step: z.string(),
    invocation: z.int(),
    /** It takes back what the step's first task did. */
    undo: z.boolean(),
    title: z.string(),
    instructions: z.string(),
    outputs: z.record(z.string(), TaskOutput),
    roles: list(z.string()),
    people: list(z.string()),
    openedAt: Time,
    expiresAt: Time,
    status: TaskStatus,
    claimedBy: z.string().optional(),
    claimedAt: Time.optional(),
    answer: JsonMap.optional(),
    answeredBy: z.string().optional(),
    note: z.string().optional(),
    closedAt: Time.optional(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;

export const TaskPage = pageOf(Task).meta({ id: 'TaskPage' });
export const TaskParams = z.strictObject({ id: Id });
/** `role=mine`: those that the caller may answer. */
export const TaskListQuery = PageQuery.extend({ status: TaskStatus.optional(), run: Id.optional(), role: z.literal('mine').optional() });

/** `take`: from who has it. `release`: gives it back to all who are asked. */
export const ClaimRequest = z
  .strictObject({ take: z.boolean().default(false), release: z.boolean().default(false) })
  .refine(({ take, release }) => !(take && release), 'take it over or release it, not both');
export const AnswerRequest = z.strictObject({ outputs: JsonMap.default({}), note: z.string().min(1).max(2000).optional() });

export const taskRoutes = {
  'tasks.list': {
    method: 'GET',
    path: '/v1/tasks',
    access: 'tasks:read',
    status: 200,
    summary: 'Lists the tasks that runs have for people, newest first.',
    query: TaskListQuery,
    reply: TaskPage,
  },
  'tasks.get': {
    method: 'GET',
    path: '/v1/tasks/:id',
    access: 'tasks:read',
    status: 200,
    summary: 'Shows a task: what is to be done, and which values its answer has.',
    params: TaskParams,
    reply: Task,
  },
  'tasks.claim': {
    method: 'POST',
    path: '/v1/tasks/:id/claims',
    access: 'tasks:answer',
    status: 200,
    summary: 'Takes a task on: nobody else answers it then. Takes it over, or gives it back, where that is asked.',
    params: TaskParams,
    body: ClaimRequest,
    reply: Task,
  },
  'tasks.answer': {
    method: 'POST',
    path: '/v1/tasks/:id/answers',
    access: 'tasks:answer',
    status: 200,
    summary: 'Answers a task. The first answer counts, and the run goes on with it.',
    params: TaskParams,
    body: AnswerRequest,
    reply: Task,
  },
} as const satisfies Record<string, RouteSpec>;
