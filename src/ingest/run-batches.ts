interface BatchRun<Batch, Row> {
  readonly make: (batch: Batch) => Promise<readonly Row[]>;
  /** Called with everything that is ready, one call after the other. */
  readonly save: (rows: readonly Row[]) => Promise<void>;
  readonly atOnce: number;
  /** Asked after each batch; what runs is finished and saved. */
  readonly shouldStop: () => boolean;
}

/**
 * Makes batches side by side and saves what is ready meanwhile. When one fails no further one begins, the others are saved, and then
 * what failed first is thrown: only that is to be made again.
 */
export async function runBatches<Batch, Row>(
  batches: readonly Batch[],
  { make, save, atOnce, shouldStop }: BatchRun<Batch, Row>,
): Promise<void> {
  const next = batches.values();
  const faults: unknown[] = [];
  const ready: Row[] = [];
  let saving: Promise<void> = Promise.resolve();

  function saveReady(): Promise<void> {
    saving = saving.then(async () => {
      const rows = ready.splice(0);
      if (rows.length > 0) await save(rows);
    });
    return saving;
  }

  async function lane(): Promise<void> {
    do {
      const { value: batch, done } = next.next();
      if (done) return;
      try {
        ready.push(...(await make(batch)));
      } catch (error) {
        faults.push(error);
        return;
      }
      // The lane does not wait for its rows: the next batch is made while they are saved.
      saveReady().catch((error: unknown) => faults.push(error));
    } while (faults.length === 0 && !shouldStop());
  }

  await Promise.all(Array.from({ length: Math.min(atOnce, batches.length) }, lane));
  await saveReady().catch((error: unknown) => faults.push(error));
  if (faults.length > 0) throw faults[0];
}
