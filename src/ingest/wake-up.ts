/** Lets a loop wait until there is work, a time has passed, or it is stopped. A wake between two waits is not lost. */
export interface WakeUp {
  wake(): void;
  /** True when it was woken, false when the time passed. */
  wait(milliseconds: number): Promise<boolean>;
}

export function createWakeUp(stopped: AbortSignal): WakeUp {
  let pending = false;
  let resume: (() => void) | null = null;
  const wake = () => {
    pending = true;
    resume?.();
  };
  stopped.addEventListener('abort', wake, { once: true });
  return {
    wake,
    async wait(milliseconds) {
      if (!pending && !stopped.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const wasWoken = pending;
      resume = null;
      pending = false;
      return wasWoken;
    },
  };
}
