/**
 * Fewest insertions, deletions and replacements of characters that turn `wanted` into some stretch of `text`, from 0 to the length of `wanted`. Takes
 * time by the product of the lengths. Source: Sellers 1980, "The Theory and Computation of Evolutionary Distances".
 */
export function closestDistance(wanted: string, text: string): number {
  let previous = Uint32Array.from({ length: wanted.length + 1 }, (_, row) => row);
  let current = new Uint32Array(wanted.length + 1);
  let least = wanted.length;
  for (let column = 0; column < text.length; column += 1) {
    const character = text.charCodeAt(column);
    current[0] = 0;
    for (let row = 1; row <= wanted.length; row += 1) {
      const replaced = (previous[row - 1] ?? 0) + (wanted.charCodeAt(row - 1) === character ? 0 : 1);
      const inserted = Math.min(previous[row] ?? 0, current[row - 1] ?? 0) + 1;
      current[row] = replaced < inserted ? replaced : inserted;
    }
    least = Math.min(least, current[wanted.length] ?? least);
    [previous, current] = [current, previous];
  }
  return least;
}
