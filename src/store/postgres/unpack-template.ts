import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const blockBytes = 512;
const directory = '5';

/**
 * Makes the folder of a new database from a gzipped tar (POSIX ustar, files and folders only) of an empty one. The database could load it itself, with
 * twice the memory. What is killed leaves only an unfinished folder, which the next one replaces.
 */
export async function unpackTemplate(template: Uint8Array, folder: string): Promise<void> {
  const unfinished = `${folder}.tmp`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    const archive = await promisify(gunzip)(template);
    for (const { name, isFolder, bytes } of entriesOf(archive)) {
      const path = join(unfinished, name);
      await mkdir(isFolder ? path : dirname(path), { recursive: true, mode: 0o700 });
      if (!isFolder) await writeFile(path, bytes, { mode: 0o600 });
    }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await rename(unfinished, folder);
}

function* entriesOf(archive: Buffer) {
  for (let position = 0; position + blockBytes <= archive.length; ) {
    const field = (start: number, length: number) => {
      const text = archive.toString('latin1', position + start, position + start + length);
      return text.slice(0, text.indexOf('\0') < 0 ? length : text.indexOf('\0'));
    };
    const [name, prefix] = [field(0, 100), field(345, 155)];
    // Two empty blocks end the archive.
    if (name === '') return;
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const content = position + blockBytes;
    yield {
      name: prefix === '' ? name : `${prefix}/${name}`,
      isFolder: field(156, 1) === directory,
      bytes: archive.subarray(content, content + size),
    };
    position = content + Math.ceil(size / blockBytes) * blockBytes;
  }
}
