/** A row of the index with a score. */
export interface ScoredRow {
  readonly row: number;
  readonly score: number;
}

/** Keeps the best of many rows. */
export interface BestRows {
  offer(row: number, score: number): void;
  /** The score that a row must reach to get in; -Infinity while there is room. */
  threshold(): number;
  /** Best first. */
  take(): ScoredRow[];
}

/**
 * A bounded binary heap with the worst row on top: n offers cost O(n log limit).
 * Rows of equal score are told apart by `precedes`, so that the choice does not depend on the order of offers.
 */
export function createBestRows(limit: number, precedes: (row: number, other: number) => boolean): BestRows {
  const heap: ScoredRow[] = [];
  const isWorse = (one: ScoredRow, other: ScoredRow) =>
    one.score < other.score || (one.score === other.score && precedes(other.row, one.row));

  function siftUp(position: number, entry: ScoredRow): void {
    let at = position;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (!parent || !isWorse(entry, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  function siftDown(entry: ScoredRow): void {
    let at = 0;
    while (true) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      if (!child) break;
      const right = heap[childAt + 1];
      if (right && isWorse(right, child)) {
        child = right;
        childAt += 1;
      }
      if (!isWorse(child, entry)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = entry;
  }

  return {
    offer(row, score) {
      const worst = heap[0];
      if (heap.length < limit) siftUp(heap.length, { row, score });
      else if (worst && score >= worst.score && isWorse(worst, { row, score })) siftDown({ row, score });
    },
    threshold: () => (heap.length < limit ? Number.NEGATIVE_INFINITY : (heap[0]?.score ?? Number.NEGATIVE_INFINITY)),
    take: () => [...heap].sort((one, other) => (isWorse(one, other) ? 1 : -1)),
  };
}
