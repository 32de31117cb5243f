import { z } from 'zod';
import { errorCodes } from '../../src/domain/errors.ts';

const Failure = z.object({ code: z.enum(errorCodes), detail: z.string() });

/** What came of asking a model once: a valid reply, a reply that is no verdict even after one repair, or no reply. */
export const JudgeReply = z.union([
  z.object({ reply: z.string() }),
  z.object({ fault: z.string() }),
  z.object({ failure: Failure }),
]);
export type JudgeReply = z.output<typeof JudgeReply>;

/** A line of `verdicts.jsonl`: one model asked once by a run, or a verdict that was kept from before. */
export const VerdictRecord = z.object({
  /** Hash of all that was asked, of whom, and of the number of the call. */
  key: z.string(),
  /** `groundedness`, `correctness`, `rubric`. */
  task: z.string(),
  provider: z.string(),
  model: z.string(),
  /** From 0. */
  repeat: z.int().min(0),
  /** Name, version and hash of the prompt. */
  prompt: z.string(),
  outcome: JudgeReply,
  /** Given from an earlier run, for nothing. */
  kept: z.boolean(),
  /** The model that could not be reached, and in whose place this one was asked. */
  standsFor: z.string().nullable(),
  usage: z.object({ inputTokens: z.int().min(0), outputTokens: z.int().min(0), calls: z.int().min(0) }),
  /** US dollars; null where no price is known. */
  cost: z.number().min(0).nullable(),
});
export type VerdictRecord = z.output<typeof VerdictRecord>;

/** What the judges of a run did, in its summary. */
export const JudgeTotals = z.object({
  verdicts: z.int().min(0),
  /** Of these, given from earlier runs. */
  kept: z.int().min(0),
  /** Replies that were no verdict, and calls that failed. */
  faults: z.int().min(0),
  failures: z.int().min(0),
  /** Verdicts of a model that was asked in place of another. */
  standIns: z.int().min(0),
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  calls: z.int().min(0),
  cost: z.number().min(0).nullable(),
});
export type JudgeTotals = z.output<typeof JudgeTotals>;
