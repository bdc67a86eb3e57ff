/** The compiler of playbooks and what is known of one without running it, in the browser: the same code that publishes them. A bundle of its own. */
import './jitless.ts';

export { compilePlaybook } from '../../../domain/playbook/compile.ts';
export { runPlaybookTests } from '../../../domain/playbook/playbook-test.ts';
export { planDifferences } from '../../../domain/playbook/publishing/difference.ts';
export { coverageOf } from '../../../domain/playbook/quality/coverage.ts';
export { lintPlaybook } from '../../../domain/playbook/quality/lint.ts';
export { evaluateTemplate } from '../../../domain/playbook/template.ts';
export { actions } from '../../../domain/playbook/actions.ts';
export { playbookJsonSchema } from '../../../domain/playbook/published.schema.ts';
