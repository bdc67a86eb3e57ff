/** The part of the port (port.ts) that is about what starts playbooks by itself. */

/** What people switched off of a playbook; nothing where nobody ever did. */
export type TriggerSwitch = {
  readonly playbook: string;
  /** Nothing but a person and other playbooks' steps starts it: no signal, no schedule, no end of another playbook. */
  readonly disabled: boolean;
  /** Its schedules start nothing. */
  readonly paused: boolean;
  readonly by: string;
  readonly reason: string | undefined;
  readonly at: string;
};

export type Triggers = {
  readonly get: (playbook: string) => Promise<TriggerSwitch | undefined>;
  /** Those of which something was ever switched. */
  readonly list: () => Promise<readonly TriggerSwitch[]>;
  /** What is not named stays; the same again changes nothing and is not recorded. */
  readonly set: (
    change: {
      readonly playbook: string;
      readonly disabled?: boolean | undefined;
      readonly paused?: boolean | undefined;
      readonly reason?: string | undefined;
    },
    by: string,
  ) => Promise<TriggerSwitch>;
};
