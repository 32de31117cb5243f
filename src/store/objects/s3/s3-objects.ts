import { AwsClient } from 'aws4fetch';
import { AppError } from '../../../domain/errors.ts';
import { sha256 } from '../../../domain/sha256.ts';
import { isObjectHash, missingObject, type ObjectStore, objectName } from '../../objects.ts';

export interface S3Options {
  /** Of the bucket and the prefix below it, in path style: `https://s3.example.com/bucket/prefix`. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Of one request with all its attempts; a large file on a slow line takes long. */
const deadlineMilliseconds = 60_000;
const retries = 3;

/** Raw files in a bucket of any S3-compatible server, under the same names as in a folder. Throws STORAGE_UNAVAILABLE where the server does. */
export function createS3Objects({ url, region, ...keys }: S3Options): ObjectStore {
  const client = new AwsClient({ ...keys, region, service: 's3', retries });
  const base = url.replace(/\/+$/, '');

  async function send(method: string, hash: string, init: RequestInit = {}): Promise<Response> {
    const address = `${base}/${objectName(hash)}`;
    try {
      return await client.fetch(address, { ...init, method, signal: AbortSignal.timeout(deadlineMilliseconds) });
    } catch (error) {
      throw unavailable('it does not answer', error);
    }
  }

  async function has(hash: string, size: number): Promise<boolean> {
    const known = await send('HEAD', hash);
    return known.ok && Number(known.headers.get('content-length')) === size;
  }

  return {
    has,

    async put(bytes) {
      const hash = sha256(bytes);
      const size = bytes.byteLength;
      if (await has(hash, size)) return { hash, size };
      // The server compares the bytes with this sum: what is cut off on the way is not kept.
      const headers = { 'x-amz-content-sha256': hash, 'content-length': String(size) };
      const response = await send('PUT', hash, { body: Buffer.from(bytes), headers });
      if (!response.ok) throw await refused(response);
      return { hash, size };
    },

    async get(hash) {
      const response = await send('GET', hash);
      if (response.status === 404) throw missingObject(hash);
      if (!response.ok) throw await refused(response);
      const bytes = new Uint8Array(await response.arrayBuffer().catch((error) => unfinished(error)));
      if (sha256(bytes) !== hash) return unfinished(null);
      return bytes;
    },

    async remove(hash) {
      if (!isObjectHash(hash)) return;
      const response = await send('DELETE', hash);
      if (!response.ok && response.status !== 404) throw await refused(response);
    },
  };
}

/** The server's own code says what to do, and never holds a key. */
async function refused(response: Response): Promise<AppError> {
  const text = await response.text().catch(() => '');
  const code = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1];
  return unavailable(`it answered ${response.status}${code === undefined ? '' : ` ${code}`}`);
}

function unfinished(cause: unknown): never {
  throw unavailable('a file came back incomplete', cause);
}

function unavailable(what: string, cause?: unknown): AppError {
  return new AppError('STORAGE_UNAVAILABLE', `The server of OBJECTS_URL: ${what}.`, { cause });
}
