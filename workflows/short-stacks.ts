/**
 * Temporal's sandbox takes the stack of every promise that is made, for a query that lists where a workflow waits. The frames are most of its
 * cost: four instead of ten save a sixth of a worker's time on a run, and still say where a fault was thrown. Set while the bundle is
 * loaded: afterwards the sandbox is frozen.
 */
(Error as { stackTraceLimit?: number }).stackTraceLimit = 4;
