/** Beats for every activity while its worker lives: one whose worker died is taken over within the heartbeat timeout, not at its own. */
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

const intervalMs = 2_500;

export const heartbeatInterceptor: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    execute: async (input, next) => {
      if (!context.info.heartbeatTimeoutMs) return next(input);
      const timer = setInterval(() => context.heartbeat(), Math.min(intervalMs, context.info.heartbeatTimeoutMs / 3));
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
