/** How many requests a server is given at once: more while it answers fast, half as many when it has too much to do. */
export interface RequestWindow {
  hasRoom(): boolean;
  enter(): void;
  leave(): void;
  /** `startedAt` in milliseconds, as `now` counts. */
  succeeded(startedAt: number): void;
  overloaded(startedAt: number): void;
}

const atFirst = 2;
/** Requests at once, however well a server answers. */
export const mostAtOnce = 32;
/** An answer that takes so much longer than the fastest ones waited behind others: one request more would only wait too. */
const slowness = 1.5;
/** The fastest time is forgotten after one to two of these, because requests and servers change. */
const forgottenMilliseconds = 60_000;
/** Times below are noise of this machine. */
const leastMilliseconds = 20;

export function createRequestWindow(now: () => number): RequestWindow {
  let size = atFirst;
  let running = 0;
  let fastest = Number.POSITIVE_INFINITY;
  let fastestBefore = Number.POSITIVE_INFINITY;
  let turnedAt = now();
  let isNew = true;
  let shrunkAt = Number.NEGATIVE_INFINITY;
  return {
    hasRoom: () => running < Math.floor(size),
    enter() {
      running += 1;
    },
    leave() {
      running -= 1;
    },
    succeeded(startedAt) {
      const took = Math.max(leastMilliseconds, now() - startedAt);
      if (now() - turnedAt > forgottenMilliseconds) {
        fastestBefore = fastest;
        fastest = took;
        turnedAt = now();
      }
      fastest = Math.min(took, fastest);
      const isFull = running >= Math.floor(size);
      if (took > slowness * Math.min(fastest, fastestBefore)) isNew = false;
      // Twice as many a round until the server first slows down, from then on one more a round; only while there is that much to do.
      else if (isFull) size = Math.min(mostAtOnce, size + (isNew ? 1 : 1 / size));
    },
    overloaded(startedAt) {
      isNew = false;
      // Requests that were on their way together speak of the same overload.
      if (startedAt < shrunkAt) return;
      size = Math.max(1, size / 2);
      shrunkAt = now();
    },
  };
}
