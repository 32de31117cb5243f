/** A term of the question where a text has it: its place in the question, and the number of the word in the text. */
export interface Occurrence {
  readonly place: number;
  readonly word: number;
}

/** Words from one term of a run to the next. */
const runReach = 4;
/** Words of a stretch at most, and after how many its weight has fallen to 1/e. */
const longestStretch = 40;
const stretchDecay = 25;

/** The weight of the heaviest run of terms that follow each other as in the question, each within four words of the one before. Occurrences ascend. */
export function heaviestRun(occurrences: readonly Occurrence[], weights: Float64Array): number {
  const lastWord = new Int32Array(weights.length).fill(-longestStretch);
  const lastRun = new Float64Array(weights.length);
  let heaviest = 0;
  for (const { place, word } of occurrences) {
    const continues = place > 0 && word - (lastWord[place - 1] ?? 0) <= runReach;
    const run = (weights[place] ?? 0) + (continues ? (lastRun[place - 1] ?? 0) : 0);
    lastWord[place] = word;
    lastRun[place] = run;
    if (run > heaviest) heaviest = run;
  }
  return heaviest;
}

/** The most that different terms weigh together in one stretch of the text, the less the longer the stretch is. Occurrences ascend. */
export function densestStretch(occurrences: readonly Occurrence[], weights: Float64Array): number {
  const seenFrom = new Int32Array(weights.length).fill(-1);
  let densest = 0;
  for (const [from, { word: start }] of occurrences.entries()) {
    let weight = 0;
    for (let to = from; to < occurrences.length; to += 1) {
      const { place, word } = occurrences[to] ?? { place: 0, word: Number.POSITIVE_INFINITY };
      if (word - start > longestStretch) break;
      if (seenFrom[place] === from) continue;
      seenFrom[place] = from;
      weight += weights[place] ?? 0;
      densest = Math.max(densest, weight * Math.exp((start - word) / stretchDecay));
    }
  }
  return densest;
}
