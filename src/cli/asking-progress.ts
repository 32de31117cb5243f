import type { AskingState } from '../../evals/engine/ask-cases.ts';
import { createEta, type Progress } from './progress.ts';

const quietMilliseconds = 30_000;
const lines = 10;

/** Shows how far a run is: on a terminal at each answer, elsewhere a line for each tenth of the answers or each half minute. */
export function createAskingProgress(
  progress: Pick<Progress, 'show'>,
  isTerminal: boolean,
  now: () => number = Date.now,
): (state: AskingState) => void {
  const eta = createEta(now);
  let shown = { at: now(), tenth: 0 };
  return (state) => {
    const { done, total, answered, refused, errors, reused, cost } = state;
    const etaSeconds = eta(done, total);
    const tenth = Math.floor((done * lines) / Math.max(1, total));
    if (!isTerminal && tenth === shown.tenth && now() - shown.at < quietMilliseconds) return;
    shown = { at: now(), tenth };
    const parts = [`${answered} answered`, `${refused} refused`, `${errors} errors`];
    if (reused > 0) parts.push(`${reused} reused`);
    if (cost > 0) parts.push(`$${cost.toFixed(4)}`);
    progress.show({ label: 'asking', done, total, etaSeconds, note: parts.join(', ') });
  };
}
