import type { OnNotice } from "./notice.ts";

// Transport and the one-second resolution of Date explain a few seconds; 30 do not.
const TOLERANCE_MS = 30_000;

/** A clock that a server's `Date` header can set right. */
export interface Clock {
  /** The corrected time. */
  now(): Date;
  /** What is added to the machine's time, in milliseconds. */
  readonly offsetMs: number;
  /**
   * Compares this clock with a server's `Date` header and takes the server's
   * time over if the two are more than 30 s apart.
   *
   * @returns whether the clock was changed, so that signing again may help
   */
  correct(dateHeader: string | null, server: string): boolean;
}

/** Creates a {@link Clock} over `now`; a correction is told to `onNotice`. */
export function createClock(now: () => Date, onNotice?: OnNotice): Clock {
  let offsetMs = 0;
  const correctedNow = () => new Date(now().getTime() + offsetMs);
  return {
    now: correctedNow,
    get offsetMs() {
      return offsetMs;
    },
    correct(dateHeader, server) {
      const serverTime = Date.parse(dateHeader ?? "");
      const differenceMs = serverTime - correctedNow().getTime();
      // Not a date gives NaN, and NaN is not above the tolerance.
      if (!(Math.abs(differenceMs) > TOLERANCE_MS)) return false;
      offsetMs += differenceMs;
      const seconds = Math.round(Math.abs(differenceMs) / 1000);
      onNotice?.({
        code: "clock_corrected",
        message: `The clock of this machine is ${seconds} s ${differenceMs < 0 ? "ahead of" : "behind"} ${server}; its time is used instead`,
      });
      return true;
    },
  };
}
