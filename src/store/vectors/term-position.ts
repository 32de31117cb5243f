/** Where the term stands among terms that ascend, by binary search; -1 when it is not there. */
export function positionOf(term: number, terms: Int32Array): number {
  let low = 0;
  let high = terms.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = terms[middle] ?? 0;
    if (found === term) return middle;
    if (found < term) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
