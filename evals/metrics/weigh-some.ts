/** Gives the weighted form of a figure over those of `items` that `read` does not leave out (null) the counts of all items. */
export function weighSome<Item, Read>(
  items: readonly Item[],
  read: (item: Item) => Read | null,
  weigh: (chosen: readonly Read[]) => (counts: Float64Array) => number | null,
): (counts: Float64Array) => number | null {
  const places: number[] = [];
  const chosen: Read[] = [];
  for (const [place, item] of items.entries()) {
    const found = read(item);
    if (found === null) continue;
    places.push(place);
    chosen.push(found);
  }
  const weighed = weigh(chosen);
  return (counts) => {
    const own = new Float64Array(places.length);
    for (let index = 0; index < places.length; index += 1) own[index] = counts[places[index] ?? 0] ?? 0;
    return weighed(own);
  };
}
