import type { Paid } from '../judge/judge-ledger.ts';
import type { Forecast } from '../suite-target.ts';

export interface BudgetLimits {
  /** US dollars; null: no limit. */
  readonly cost: number | null;
  /** Read and written together. */
  readonly tokens: number | null;
}

export interface Spend {
  readonly cost: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly calls: number;
}

/** Keeps what is spent under the limits: the most that a question, or a call of a judge, can cost is set aside before it is asked, and settled after. */
export interface Budget {
  /** Resolves to false when there is not room for it even when all that is being asked has been settled: nothing more may be asked then. */
  reserve(forecast: Forecast): Promise<boolean>;
  /** `paid` null: it failed, and nothing is known of what it cost. */
  settle(forecast: Forecast, paid: Paid | null): void;
  /** What an earlier part of the run has spent. */
  count(paid: Paid): void;
  readonly spent: Spend;
}

const nothing: Spend = { cost: 0, tokens: 0, inputTokens: 0, outputTokens: 0, calls: 0 };

export function createBudget({ cost, tokens }: BudgetLimits): Budget {
  let spent = nothing;
  let reserved = { cost: 0, tokens: 0, questions: 0 };
  let waiting: (() => void)[] = [];
  const most = (forecast: Forecast) => ({
    cost: forecast.cost ?? 0,
    tokens: forecast.inputTokens + forecast.outputTokens,
  });
  const hasRoom = (forecast: Forecast) => {
    const wanted = most(forecast);
    return (
      (cost === null || spent.cost + reserved.cost + wanted.cost <= cost) &&
      (tokens === null || spent.tokens + reserved.tokens + wanted.tokens <= tokens)
    );
  };
  const hold = (forecast: Forecast, sign: 1 | -1) => {
    const wanted = most(forecast);
    reserved = {
      cost: reserved.cost + sign * wanted.cost,
      tokens: reserved.tokens + sign * wanted.tokens,
      questions: reserved.questions + sign,
    };
    // No rest of adding and taking away stays behind.
    if (reserved.questions === 0) reserved = { cost: 0, tokens: 0, questions: 0 };
  };
  function count({ usage, cost: paid }: Paid): void {
    spent = {
      cost: spent.cost + (paid ?? 0),
      tokens: spent.tokens + usage.inputTokens + usage.outputTokens,
      inputTokens: spent.inputTokens + usage.inputTokens,
      outputTokens: spent.outputTokens + usage.outputTokens,
      calls: spent.calls + usage.calls,
    };
  }
  return {
    count,
    get spent() {
      return spent;
    },
    async reserve(forecast) {
      while (!hasRoom(forecast)) {
        if (reserved.questions === 0) return false;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      hold(forecast, 1);
      return true;
    },
    settle(forecast, paid) {
      hold(forecast, -1);
      if (paid) count(paid);
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
