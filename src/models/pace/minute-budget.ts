/** What may be spent in a minute, handed out evenly, so that no span of 60 seconds has more than the limit. */
export interface MinuteBudget {
  /** How long until so much may be spent; more than can ever be saved may be spent once nothing is missing. */
  millisecondsUntil(amount: number): number;
  /** May go below nothing: what was spent without waiting is waited for by the next one. */
  spend(amount: number): void;
}

/** This part of the limit can be saved up and spent at once; the rest flows in over the minute. */
export const savedShare = 0.1;

const unlimited: MinuteBudget = { millisecondsUntil: () => 0, spend: () => {} };

/** `perMinute` null: no limit. */
export function createMinuteBudget(perMinute: number | null, now: () => number): MinuteBudget {
  if (perMinute === null) return unlimited;
  const most = Math.max(1, perMinute * savedShare);
  const perMillisecond = Math.max(perMinute - most, perMinute / 2) / 60_000;
  let saved = most;
  let countedAt = now();

  function flow(): void {
    const at = now();
    saved = Math.min(most, saved + (at - countedAt) * perMillisecond);
    countedAt = at;
  }

  return {
    millisecondsUntil(amount) {
      flow();
      return Math.max(0, Math.min(amount, most) - saved) / perMillisecond;
    },
    spend(amount) {
      flow();
      saved -= amount;
    },
  };
}
