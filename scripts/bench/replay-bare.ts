import { Pool } from 'undici';
import type { QdrantRequest, QdrantServer } from '../../src/store/vectors/qdrant/send-request.ts';

/**
 * Milliseconds of each group of `together` requests that follow one another, `parallel` groups at once, by a client that has the texts
 * ready and throws the answers away: what the server and the way to it take.
 */
export async function replayBare(
  { url, apiKey }: QdrantServer,
  { requests, together, parallel }: { requests: readonly QdrantRequest[]; together: number; parallel: number },
): Promise<number[]> {
  const pool = new Pool(new URL(url).origin, { connections: parallel });
  const headers = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    ...(apiKey === null ? {} : { 'api-key': apiKey }),
  };
  const waiting = requests.map(({ method, path, body }) => ({ method, path, headers, body: JSON.stringify(body) }));
  const times: number[] = [];
  const work = async () => {
    for (let group = waiting.splice(0, together); group.length > 0; group = waiting.splice(0, together)) {
      const started = performance.now();
      for (const request of group) await (await pool.request(request)).body.dump();
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  await pool.close();
  return times;
}
