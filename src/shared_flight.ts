import { withDeadline } from "./deadline.ts";

/** Lets concurrent callers share one piece of work. */
export interface SharedFlight<T> {
  /**
   * Joins the work under way, or starts it. `signal` ends this caller's wait
   * only; the work itself is bound to nobody and has to bring its own deadline.
   */
  run(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** How a flight landed. It never rejects by itself: a rejection comes from the runtime. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Creates a {@link SharedFlight}.
 *
 * On Workers a promise that was made by a request which has ended never
 * settles, so no caller depends on another's: who joins a flight and sees it
 * fail or get lost, or waits longer than `joinTimeoutMs`, does the work itself
 * and takes over the slot. A flight that began after the caller came is as good
 * as its own, so the failure such a flight meets is final: a hundred callers
 * who see one flight fail make one more request, not a hundred.
 */
export function createSharedFlight<T>(joinTimeoutMs: number): SharedFlight<T> {
  let current: Promise<Outcome<T>> | undefined;

  function start(work: () => Promise<T>): Promise<Outcome<T>> {
    const flight: Promise<Outcome<T>> = work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    current = flight;
    void flight.then(() => leave(flight));
    return flight;
  }

  function leave(flight: Promise<Outcome<T>>): void {
    if (current === flight) current = undefined;
  }

  /** The outcome of another caller's flight; nothing if it is lost. */
  async function join(
    flight: Promise<Outcome<T>>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<T> | undefined> {
    const late = () => new Error("too late");
    return await withDeadline(joinTimeoutMs, signal, late, () => flight).catch(() => undefined);
  }

  return {
    async run(work, signal) {
      signal?.throwIfAborted();
      let beganBefore = true;
      for (let flight = current; flight; flight = current) {
        const outcome = await join(flight, signal);
        signal?.throwIfAborted();
        if (outcome && "value" in outcome) return outcome.value;
        if (outcome && !beganBefore) throw outcome.error;
        leave(flight);
        beganBefore = false;
      }
      const own = start(work);
      const outcome = await (signal ? untilAborted(own, signal) : own);
      if ("value" in outcome) return outcome.value;
      throw outcome.error;
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
