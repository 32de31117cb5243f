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
  const opened = new Set<AsyncGenerator<Out>>();
  const ask = (from: AsyncGenerator<Out>) =>
    next.set(
      from,
      from.next().then((result) => ({ from, result })),
    );
  let isOuterOver = false;
  try {
    for (;;) {
      if (!isOuterOver && !next.has(outer) && opened.size < limit) next.set(outer, outer.next());
      if (next.size === 0) return;
      const step = await Promise.race(next.values());
      if (!('from' in step)) {
        next.delete(outer);
        if (step.done) isOuterOver = true;
        else {
          const stream = open(step.value);
          opened.add(stream);
          ask(stream);
        }
      } else {
        // Asked again it stands behind the others: a stream that always has something keeps nobody waiting either.
        next.delete(step.from);
        if (step.result.done) {
          opened.delete(step.from);
        } else {
          yield step.result.value;
          ask(step.from);
        }
      }
    }
  } finally {
    for (const waiting of next.values()) waiting.catch(() => {});
    await Promise.allSettled([outer, ...opened].map((stream) => stream.return(undefined)));
  }
}
