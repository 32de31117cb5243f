/** So many steps make up a limit; one at most is lost to a pause. */
const steps = 30;

/** Calls back later, as `setTimeout` does; returns what calls it off. */
export type Schedule = (callback: () => void, milliseconds: number) => () => void;

const schedule: Schedule = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Calls `onEnd` once this process has run for so many seconds. A process that was stopped meanwhile, or a machine that slept, counts a
 * thirtieth of the limit for it, however long it took. Returns what calls it off.
 */
export function countRunningTime(seconds: number, onEnd: () => void, after: Schedule = schedule): () => void {
  let left = steps;
  let callOff = () => {};
  const step = () => {
    callOff = after(
      () => {
        left -= 1;
        if (left === 0) onEnd();
        else step();
      },
      (seconds * 1000) / steps,
    );
  };
  step();
  return () => callOff();
}
