import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { withoutTypes } from '../without-types.ts';

export interface Asset {
  readonly body: string;
  readonly mediaType: string;
  /** Quoted, as the header wants it. */
  readonly etag: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
};

/** The files of the page for asking by name, read once; TypeScript leaves without its types. */
export function loadAssets(directory: string): ReadonlyMap<string, Asset> {
  const names = readdirSync(directory).filter((name) => extname(name) in mediaTypes && !name.endsWith('.test.ts'));
  return new Map(names.map((name) => [name, loadAsset(join(directory, name))]));
}

function loadAsset(path: string): Asset {
  const source = readFileSync(path, 'utf8');
  const body = path.endsWith('.ts') ? withoutTypes(source) : source;
  return {
    body,
    mediaType: mediaTypes[extname(path)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
  };
}
