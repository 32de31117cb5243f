import { getPriority, setPriority } from 'node:os';

/** Steps below the threads that answer: a third of their share of a core, so that long work still ends within its time on a busy machine. */
const stepsBelow = 5;

/** For the thread that calls it: what somebody waits for goes before its work. Only where each thread has a priority of its own, as on Linux. */
export function lowerThreadPriority(): void {
  if (process.platform === 'linux') setPriority(0, Math.min(19, getPriority() + stepsBelow));
}
