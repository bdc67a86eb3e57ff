/** The part of the port (port.ts) that compliance is judged by. */
import type { ComplianceFacts } from '../../domain/compliance/facts.ts';

export type Compliance = {
  /** What stands now, and what happened since: a fixed number of statements, whatever there is. `chain` is the caller's: it takes the whole chain to verify it. */
  readonly facts: (since: string) => Promise<Omit<ComplianceFacts, 'chain'>>;
};
