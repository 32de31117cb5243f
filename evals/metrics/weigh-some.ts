type Weighed = (counts: Float64Array) => number | null;

/** Gives the weighted form of a figure over those of `items` that are not null the counts of all items. */
export function weighSome<Item>(
  weigh: (chosen: readonly Item[]) => Weighed,
): (items: readonly (Item | null)[]) => Weighed {
  return (items) => {
    const places: number[] = [];
    const chosen: Item[] = [];
    for (const [place, item] of items.entries()) {
      if (item === null) continue;
      places.push(place);
      chosen.push(item);
    }
    const weighed = weigh(chosen);
    return (counts) => {
      const own = new Float64Array(places.length);
      for (let index = 0; index < places.length; index += 1) own[index] = counts[places[index] ?? 0] ?? 0;
      return weighed(own);
    };
  };
}
