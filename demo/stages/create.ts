/** 1 Create: the requirement becomes a typed draft; what it leaves open is asked. */
import type { DraftReply } from '../../api/contract/policies.ts';
import { owner, policyName, preferredAnswers, requirement } from '../requirement.ts';
import type { Stage, Story } from '../story.ts';

export const create: Stage = {
  number: 1,
  name: 'Create',
  tell: async (story) => {
    const engineer = story.as('engineer');
    story.say(`“${requirement.slice(0, 78)}…”`);
    let draft = await engineer.call('policies.draft', { body: { requirement, policy: policyName, owner } });
    story.check('the draft is typed: it has rules', draft.document.rules.length >= 4);
    story.check('what the sentence leaves open is a question, not a guess', draft.questions.length > 0);
    story.say(`${draft.document.rules.length} rules · ${draft.questions.length} open question${draft.questions.length === 1 ? '' : 's'}`, {
      policy: draft.policy,
      version: draft.version,
      rules: draft.document.rules.map((rule) => rule.id),
    });
    draft = await answerAll(story, draft);
    story.check('no question is open any more', draft.questions.length === 0);
  },
};

async function answerAll(story: Story, first: DraftReply): Promise<DraftReply> {
  let draft = first;
  for (let question = draft.questions[0]; question !== undefined; question = draft.questions[0]) {
    const reading = question.readings.find((one) => preferredAnswers.includes(one.answer)) ?? question.readings[0];
    if (reading === undefined) break;
    story.say(`? ${question.text} → ${reading.answer}`, { [`answer-${question.id}`]: reading.answer });
    draft = await story
      .as('engineer')
      .call('policies.answer', { params: { policy: draft.policy }, body: { question: question.id, answer: reading.answer } });
  }
  return draft;
}
