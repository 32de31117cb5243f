import { buffer } from 'node:stream/consumers';
import { sendJson, startLoopbackServer } from './loopback-server.ts';

export interface PartitionRequest {
  readonly path: string;
  readonly key: string | undefined;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly fields: Readonly<Record<string, string>>;
}

export interface StubUnstructuredServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly PartitionRequest[];
}

/** A server of the partition endpoint that answers each file with what `answer` says: elements, or a status. */
export async function startStubUnstructuredServer(
  answer: (request: PartitionRequest) => readonly object[] | number,
): Promise<StubUnstructuredServer> {
  const requests: PartitionRequest[] = [];
  const server = await startLoopbackServer(async (incoming, response) => {
    const headers = { 'content-type': incoming.headers['content-type'] ?? '' };
    const form = await new Response(Uint8Array.from(await buffer(incoming)), { headers }).formData();
    const file = form.get('files');
    if (!(file instanceof File)) throw new Error('the request carries no file');
    const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
    const key = incoming.headers['unstructured-api-key'];
    const request: PartitionRequest = {
      path: incoming.url ?? '',
      key: Array.isArray(key) ? key[0] : key,
      fileName: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
      fields: Object.fromEntries(fields),
    };
    requests.push(request);
    const answered = answer(request);
    if (typeof answered === 'number') sendJson(response, answered, { detail: 'inner text of the stub' });
    else sendJson(response, 200, answered);
  });
  return { ...server, requests };
}
