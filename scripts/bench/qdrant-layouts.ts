import type { Schemas } from '@qdrant/js-client-rest';
import type { QdrantServer } from '../../src/store/vectors/qdrant/send-request.ts';

export interface Layout {
  readonly name: string;
  readonly quantization: Schemas['QuantizationConfigDiff'];
  /** Whether the full vectors are read from disk. */
  readonly onDisk: boolean;
}

const int8 = { scalar: { type: 'int8', quantile: 0.99, always_ram: true } } as const;

/** The one in use comes first. */
export const layouts: readonly Layout[] = [
  { name: 'int8 in memory, full vectors on disk', quantization: int8, onDisk: true },
  { name: 'int8 and full vectors in memory', quantization: int8, onDisk: false },
  { name: 'full vectors in memory', quantization: 'Disabled', onDisk: false },
  { name: 'full vectors on disk', quantization: 'Disabled', onDisk: true },
  { name: 'one bit in memory, full vectors on disk', quantization: { binary: { always_ram: true } }, onDisk: true },
];

/** Changes how a collection keeps its vectors; its segments are written anew in the background. */
export async function moveTo(server: QdrantServer, collection: string, layout: Layout): Promise<void> {
  const { quantization: quantization_config, onDisk: on_disk } = layout;
  const body: Schemas['UpdateCollection'] = { vectors: { '': { on_disk, quantization_config } } };
  const response = await fetch(new URL(`collections/${collection}`, `${server.url}/`), {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...(server.apiKey === null ? {} : { 'api-key': server.apiKey }) },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The layout could not be changed: ${await response.text()}`);
}
