import type { Score } from '../metric.ts';

export const voteRules = ['majority', 'unanimous', 'mean'] as const;
export type VoteRule = (typeof voteRules)[number];

/** One model asked once. */
export interface Ballot<T> {
  /** As reports name it: the model, the number of its call, and whom it stands for. */
  readonly by: string;
  /** Null: it gave no verdict. */
  readonly verdict: T | null;
  /** Why it gave none. */
  readonly reason: string | null;
  /** Whether another model was to be asked, and could not be reached. */
  readonly isStandIn: boolean;
}

/** What a verdict says of one thing that a metric counts. */
export interface Vote {
  readonly about: string;
  /** In the words of the verdict. */
  readonly label: string;
  /** Whether the metric counts it; null where there is nothing to judge. */
  readonly counts: boolean | null;
  readonly evidence: string;
}

/**
 * Counted / judged things, in [0, 1], by what the judges say of each; `na` where there is nothing to judge. Every ballot says of the same things, in
 * the same order. `majority` takes what more than half of the verdicts say of a thing, `unanimous` what all ballots say, `mean` the mean of what
 * each verdict makes by itself. Verdicts of no more than half of the ballots (of all, for `unanimous`), and a thing without such an
 * agreement, make an `error`: a tie is no opinion. The evidence is that of every ballot.
 */
export function countVotes(ballots: readonly Ballot<readonly Vote[]>[], rule: VoteRule): Score {
  const verdicts = ballots.flatMap(({ verdict }) => (verdict === null ? [] : [verdict]));
  const evidence = evidenceOf(ballots);
  const isEnough = rule === 'unanimous' ? verdicts.length === ballots.length : verdicts.length > ballots.length / 2;
  if (!isEnough) return { status: 'error', reason: reasonOf(ballots, verdicts.length), evidence };
  if (rule === 'mean') return meanOf(verdicts, evidence);
  const things = verdicts[0]?.map((_vote, index) => verdicts.flatMap((votes) => votes[index] ?? [])) ?? [];
  const agreed = things.map((votes) => ({ votes, winner: winnerOf(votes, rule) }));
  const open = agreed.find(({ winner }) => winner === undefined);
  if (open) return { status: 'error', reason: disagreement(ballots, open.votes), evidence };
  const tallies = ballots.length > 1 ? agreed.map(({ votes, winner }) => tally(votes, winner)) : [];
  return shareOf(
    agreed.map(({ winner }) => winner ?? null),
    [...tallies, ...evidence],
  );
}

const nothingToJudge = { status: 'na', reason: 'the answer claims nothing' } as const;

function shareOf(counted: readonly (boolean | null)[], evidence: readonly string[]): Score {
  const judged = counted.filter((each) => each !== null);
  if (judged.length === 0) return nothingToJudge;
  return { status: 'ok', value: judged.filter((each) => each).length / judged.length, evidence };
}

function meanOf(verdicts: readonly (readonly Vote[])[], evidence: readonly string[]): Score {
  const values = verdicts.flatMap((votes) => {
    const share = shareOf(
      votes.map(({ counts }) => counts),
      [],
    );
    return share.status === 'ok' ? [share.value] : [];
  });
  if (values.length === 0) return nothingToJudge;
  return { status: 'ok', value: values.reduce((sum, value) => sum + value, 0) / values.length, evidence };
}

/** Undefined where the judges do not agree far enough. */
function winnerOf(votes: readonly Vote[], rule: VoteRule): boolean | null | undefined {
  const needed = rule === 'unanimous' ? votes.length : Math.floor(votes.length / 2) + 1;
  return ([true, false, null] as const).find((each) => votes.filter(({ counts }) => counts === each).length >= needed);
}

function tally(votes: readonly Vote[], winner: boolean | null | undefined): string {
  const winning = votes.filter(({ counts }) => counts === winner);
  const labels = [...new Set(winning.map(({ label }) => label))].join(' or ');
  return `${winning.length} of ${votes.length} say ${labels}: ${votes[0]?.about ?? ''}`;
}

function evidenceOf(ballots: readonly Ballot<readonly Vote[]>[]): string[] {
  const isPlain = ballots.length === 1 && ballots[0]?.isStandIn === false;
  return ballots.flatMap(({ by, verdict, reason }) => {
    if (isPlain) return verdict?.map(({ evidence }) => evidence) ?? [];
    return verdict?.map(({ evidence }) => `${by}: ${evidence}`) ?? [`${by}: no verdict: ${reason}`];
  });
}

function reasonOf(ballots: readonly Ballot<unknown>[], verdicts: number): string {
  const [only] = ballots;
  if (ballots.length === 1 && only) return `${only.isStandIn ? `${only.by}: ` : ''}${only.reason}`;
  const silent = ballots.filter(({ verdict }) => verdict === null).map(({ by, reason }) => `${by}: ${reason}`);
  return `${verdicts} of ${ballots.length} judges gave a verdict, too few: ${silent.join('; ')}`;
}

function disagreement(ballots: readonly Ballot<unknown>[], votes: readonly Vote[]): string {
  const voters = ballots.filter(({ verdict }) => verdict !== null).map(({ by }) => by);
  const said = votes.map(({ label }, index) => `${voters[index]} says ${label}`);
  return `the judges do not agree on “${votes[0]?.about ?? ''}”: ${said.join(', ')}`;
}
