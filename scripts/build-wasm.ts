import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('../src/store/vectors/memory/dot-products.wat', import.meta.url);

/** Compiles a WebAssembly text file; throws with the place of the mistake. */
export async function compileWat(file: URL): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const module = parseWat(file.pathname, readFileSync(file, 'utf8'), { simd: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

if (import.meta.main) writeFileSync(new URL('dot-products.wasm', source), await compileWat(source));
