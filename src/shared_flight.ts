import { withDeadline } from "./deadline.ts";
import { AppTokenError } from "./errors.ts";

/** Lets concurrent callers share one piece of work. */
export interface SharedFlight<T> {
  /**
   * Joins the work under way, or starts it. `signal` ends this caller's wait
   * only; the work itself is bound to nobody and has to bring its own deadline.
   */
  run(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/**
 * Creates a {@link SharedFlight}.
 *
 * On Workers a promise that was made by a request which has ended never
 * settles, so no caller depends on another's: who joins a flight and sees it
 * fail, or waits longer than `joinTimeoutMs`, does the work itself and takes
 * over the slot. A flight that began after the caller came is as good as its
 * own, so the refusal such a flight meets is final: a hundred callers who see
 * one flight fail make one more request, not a hundred.
 */
export function createSharedFlight<T>(joinTimeoutMs: number): SharedFlight<T> {
  let current: Promise<T> | undefined;

  function start(work: () => Promise<T>): Promise<T> {
    const flight = work();
    current = flight;
    const land = () => {
      if (current === flight) current = undefined;
    };
    flight.then(land, land);
    return flight;
  }

  async function join(flight: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const late = () => new Error("the shared work takes too long");
    return await withDeadline(joinTimeoutMs, signal, late, () => flight);
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      const earlier = current;
      if (earlier) {
        try {
          return await join(earlier, signal);
        } catch {
          signal?.throwIfAborted();
          if (current === earlier) current = undefined;
        }
        const later = current;
        if (later) {
          try {
            return await join(later, signal);
          } catch (error) {
            signal?.throwIfAborted();
            if (error instanceof AppTokenError) throw error;
          }
        }
      }
      const flight = start(work);
      return await (signal ? untilAborted(flight, signal) : flight);
    },
  };
}

async function untilAborted<T>(flight: Promise<T>, signal: AbortSignal): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    flight.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
