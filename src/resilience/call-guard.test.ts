import { describe, expect, it, vi } from 'vitest';
import { type CallGuardOptions, guardCalls } from './call-guard.ts';

const never = new AbortController().signal;

function guardOf(overrides: Partial<CallGuardOptions> = {}) {
  return guardCalls({
    retries: 1,
    retryDelayMs: 0,
    mayPass: () => true,
    isServerFault: () => false,
    askedToWait: () => null,
    whileOpen: (cause) => cause,
    ...overrides,
  });
}

describe('guardCalls', () => {
  it('retries a tenth of the calls to a server that fails always, and ten more at first', async () => {
    const guard = guardOf();
    const call = vi.fn(() => Promise.reject(new Error('down')));
    for (let count = 0; count < 1_000; count += 1) await expect(guard.execute(call, never)).rejects.toThrow('down');
    expect(call.mock.calls.length).toBeGreaterThan(1_090);
    expect(call.mock.calls.length).toBeLessThanOrEqual(1_000 + 100 + 10);
  });

  it('does not spend the budget on calls that succeed', async () => {
    const guard = guardOf();
    for (let count = 0; count < 100; count += 1) await guard.execute(async () => 'ok', never);
    const call = vi.fn(() => Promise.reject(new Error('down')));
    for (let count = 0; count < 10; count += 1) await expect(guard.execute(call, never)).rejects.toThrow('down');
    expect(call).toHaveBeenCalledTimes(20);
  });

  it.each([
    [0, 0],
    [0.5, 100],
    [0.999, 199.8],
  ])('waits anything from nothing to twice the mean (%d)', async (random, milliseconds) => {
    vi.useFakeTimers();
    try {
      const call = vi.fn().mockRejectedValueOnce(new Error('down')).mockResolvedValue('up');
      const done = guardOf({ retryDelayMs: 100, random: () => random }).execute(call, never);
      await vi.advanceTimersByTimeAsync(Math.max(0, Math.floor(milliseconds) - 1));
      expect(call).toHaveBeenCalledTimes(milliseconds === 0 ? 2 : 1);
      await vi.advanceTimersByTimeAsync(2);
      expect(await done).toBe('up');
    } finally {
      vi.useRealTimers();
    }
  });
});
