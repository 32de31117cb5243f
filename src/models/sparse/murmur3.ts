const encoder = new TextEncoder();

/** MurmurHash3 x86 32-bit, seed 0, of the UTF-8 bytes (Austin Appleby's reference, public domain); a signed 32-bit integer. */
export function murmur3(text: string): number {
  const bytes = encoder.encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let offset = 0; offset < whole; offset += 4) {
    hash ^= scramble(view.getInt32(offset, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let offset = bytes.length - 1; offset >= whole; offset -= 1) tail = (tail << 8) | (bytes[offset] ?? 0);
  if (bytes.length > whole) hash ^= scramble(tail);
  return finish(hash ^ bytes.length);
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function finish(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The index of a term in sparse vectors, compatible with Qdrant's BM25: abs(int32(murmur3_32(term))). */
export function termId(term: string): number {
  // The mask changes only abs(-2^31), which no signed 32-bit integer holds.
  return Math.abs(murmur3(term)) & 0x7fffffff;
}
