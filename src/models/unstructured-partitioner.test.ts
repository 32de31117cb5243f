import { expect, it } from 'vitest';
import { startStubUnstructuredServer } from '../../test/stub-unstructured-server.ts';
import { createUnstructuredPartitioner } from './unstructured-partitioner.ts';

const never = new AbortController().signal;
const file = { bytes: Buffer.from('scan'), fileName: 'folder/scan.png', mediaType: 'image/png' };

it('sends the file with its key and gives the elements as they came', async () => {
  await using server = await startStubUnstructuredServer(() => [{ type: 'Title', text: 'Refunds' }]);
  const partitioner = createUnstructuredPartitioner({ url: `${server.url}/`, apiKey: 'secret', strategy: 'hi_res' });
  const elements = new TextDecoder().decode(await partitioner.partition(file, never));
  expect(JSON.parse(elements)).toEqual([{ type: 'Title', text: 'Refunds' }]);
  expect(server.requests).toEqual([
    {
      path: '/general/v0/general',
      key: 'secret',
      fileName: 'scan.png',
      bytes: new Uint8Array(file.bytes),
      fields: expect.objectContaining({ strategy: 'hi_res', output_format: 'application/json' }),
    },
  ]);
});

it.each([
  [422, 'FILE_CORRUPT'],
  [401, 'MODEL_REJECTED_KEY'],
  [429, 'MODEL_RATE_LIMITED'],
  [503, 'MODEL_UNAVAILABLE'],
])('answers status %i with %s and without the words of the server', async (status, code) => {
  await using server = await startStubUnstructuredServer(() => status);
  const partitioner = createUnstructuredPartitioner({ url: server.url, apiKey: null, strategy: 'auto' });
  const error: unknown = await partitioner.partition(file, never).catch((reason) => reason);
  expect(error).toMatchObject({ code });
  expect(String(error)).not.toContain('inner text');
});

it('gives up at its deadline and when the caller does', async () => {
  await using server = await startStubUnstructuredServer(() => []);
  const partitioner = createUnstructuredPartitioner({ url: server.url, apiKey: null, strategy: 'auto', timeoutMs: 0 });
  await expect(partitioner.partition(file, never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await expect(partitioner.partition(file, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
