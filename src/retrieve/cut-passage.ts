import type { Span } from '../domain/sentences.ts';
import type { ScoredPassage, StepScore, WindowShare } from './retrieve.ts';

/**
 * The windows of sentences that a passage may be cut between, ascending; one over the whole passage where it has to stay whole: a reviewed
 * answer, a passage that was not compared window by window, and one that its neighbour's score raised, which is wanted for what goes on in it.
 */
export function windowsToPack(passage: ScoredPassage): readonly WindowShare[] {
  const { text, steps, reviewed } = passage;
  const isRaised = steps.some(({ step }) => step === 'neighbour');
  const windows = steps.findLast((step) => step.windows)?.windows ?? [];
  const whole = { start: 0, end: text.length, share: 1, cosine: passage.dense };
  return reviewed || isRaised || windows.length === 0 ? [whole] : windows;
}

/** The passage from its window `first` to its window `last`, inclusive, with its place in the document; the passage itself where that is all. */
export function cutPassage(passage: ScoredPassage, { first, last }: { first: number; last: number }): ScoredPassage {
  const windows = windowsToPack(passage);
  if (first === 0 && last === windows.length - 1) return passage;
  const start = windows[first]?.start ?? 0;
  const end = windows[last]?.end ?? passage.text.length;
  return {
    ...passage,
    text: passage.text.slice(start, end),
    start: passage.start + start,
    end: passage.start + end,
    steps: passage.steps.map((step) => moveWindows(step, { start, end })),
  };
}

/** Windows of the step as they lie in the stretch; those outside of it are gone. */
function moveWindows({ window, windows, ...step }: StepScore, stretch: Span): StepScore {
  const isInside = ({ start, end }: Span) => start >= stretch.start && end <= stretch.end;
  const move = <T extends Span>(span: T): T => ({
    ...span,
    start: span.start - stretch.start,
    end: span.end - stretch.start,
  });
  return {
    ...step,
    ...(window && isInside(window) ? { window: move(window) } : {}),
    ...(windows ? { windows: windows.filter(isInside).map(move) } : {}),
  };
}
