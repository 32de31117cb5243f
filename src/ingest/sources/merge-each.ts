/**
 * Opens a stream for each value of the outer one, up to `limit` at once, and yields what any of them gives as it comes: a slow one keeps
 * none of the others waiting. The outer stream is asked for more only where there is room. An error of any ends all; so does leaving early.
 */
export async function* mergeEach<In, Out>(
  outer: AsyncGenerator<In>,
  open: (value: In) => AsyncGenerator<Out>,
  limit: number,
): AsyncGenerator<Out> {
  type Step = { readonly from: AsyncGenerator<Out>; readonly result: IteratorResult<Out> } | IteratorResult<In>;
  const next = new Map<AsyncGenerator<unknown>, Promise<Step>>();
  const ask = (from: AsyncGenerator<Out>) =>
    next.set(
      from,
      from.next().then((result) => ({ from, result })),
    );
  let isOuterOver = false;
  try {
    for (;;) {
      const streams = next.has(outer) ? next.size - 1 : next.size;
      if (!isOuterOver && !next.has(outer) && streams < limit) next.set(outer, outer.next());
      if (next.size === 0) return;
      const step = await Promise.race(next.values());
      if (!('from' in step)) {
        next.delete(outer);
        if (step.done) isOuterOver = true;
        else ask(open(step.value));
      } else if (step.result.done) {
        next.delete(step.from);
      } else {
        yield step.result.value;
        ask(step.from);
      }
    }
  } finally {
    for (const waiting of next.values()) waiting.catch(() => {});
    await Promise.allSettled([outer, ...next.keys()].map((stream) => stream.return(undefined)));
  }
}
