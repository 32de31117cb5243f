/** How files come in: a body is held in memory a few times over while it is taken apart, so large ones wait for each other. */
export interface Uploads {
  /** The largest file, in bytes. */
  readonly maxFileBytes: number;
  /** Runs the work after all that came before it; for bodies that are large or do not say how large they are. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

export function createUploads(maxFileBytes: number): Uploads {
  let last: Promise<void> = Promise.resolve();
  return {
    maxFileBytes,
    async inTurn(work) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      try {
        return await work();
      } finally {
        resolve();
      }
    },
  };
}
