/**
 * Many readers in a process of their own: each asks one question over HTTP and reads its stream to the end. Tells its parent when
 * the first sentence of each came, and how many streams ended well.
 */
const { url, key, streams, marker } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string;
  readonly key: string;
  readonly streams: number;
  /** Stands in a stream once its first sentence is there. */
  readonly marker: string;
};

async function read(question: string): Promise<boolean> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ question, stream: true }),
  });
  if (!response.ok || !response.body) {
    console.error(response.status, await response.text());
    return false;
  }
  const decoder = new TextDecoder();
  let isFirst = true;
  let tail = '';
  for await (const bytes of response.body) {
    tail = (tail + decoder.decode(bytes, { stream: true })).slice(-100_000);
    if (!isFirst || !tail.includes(marker)) continue;
    isFirst = false;
    process.send?.({ question, at: Number(process.hrtime.bigint()) / 1e6 });
  }
  return !isFirst;
}

const ended = await Promise.all(Array.from({ length: streams }, (_, index) => read(`What about question-${index}?`)));
process.send?.({ ended: ended.filter(Boolean).length }, () => process.exit());
