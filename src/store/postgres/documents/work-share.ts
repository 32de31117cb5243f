/** SQL of whether a text, by its hash, is in the share `place` of `of`; all three are SQL themselves. */
export function inShare(hash: string, place: string, of: string): string {
  return `(${of}::integer = 1 or (hashtext(${hash})::bigint & 2147483647) % ${of}::integer = ${place}::integer)`;
}
