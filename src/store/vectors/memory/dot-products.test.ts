import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileWat } from '../../../../scripts/build-wasm.ts';

it('dot-products.wasm is what dot-products.wat compiles to (scripts/build-wasm.ts writes it)', async () => {
  const compiled = await compileWat(new URL('./dot-products.wat', import.meta.url));
  expect(Buffer.from(compiled).equals(readFileSync(new URL('./dot-products.wasm', import.meta.url)))).toBe(true);
});
