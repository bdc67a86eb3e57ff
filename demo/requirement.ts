/** The requirement of the demo, as a person would write it, and the answers to what it leaves open. */
export const policyName = 'cardholder-database';
export const owner = 'payments-security';

export const requirement =
  'Only the payments service may connect to the cardholder database on port 5432. Nobody may use SSH from the internet. ' +
  'The monitoring servers may connect to the payments servers on port 9100.';

/** Where a reading with this answer is offered it is taken; else the narrowest, which comes first. */
export const preferredAnswers: readonly string[] = ['no'];
