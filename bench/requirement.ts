import type { Measurement } from "./measurement.ts";
import { total } from "./request_count.ts";
import type { SubjectName } from "./subject.ts";

/** Something that must be reached. */
export interface Requirement {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly reached: boolean;
}

/** What was measured at both latencies. */
export interface Measurements {
  /** Without added latency. */
  readonly direct: Measurement;
  /** With latency added to each request. */
  readonly delayed: Measurement;
}

/** What may be measured at most, and how that is printed. */
interface Limit {
  readonly bound: number;
  readonly digits: number;
  readonly unit: string;
}

// What may grow beside the waiting itself: timers fire late, and a machine that waits clocks down.
const DELAYED_FACTOR = 1.3;

/** Bounds the wall time of one subject as a part of another's. */
export function ratioAtMost(
  what: string,
  { direct: { subjects } }: Measurements,
  { name, usual, bound }: { name: SubjectName; usual: SubjectName; bound: number },
): Requirement {
  const ratio = subjects[name].wallMs / subjects[usual].wallMs;
  return atMost(`wall time, ${what}`, ratio, { bound, digits: 2, unit: " x" });
}

/** Bounds the wall time with latency by the requests and the wall time without. */
export function delayedAtMost(
  label: string,
  { direct, delayed }: Measurements,
  name: SubjectName,
): Requirement {
  const { latencyMs } = delayed;
  const { wallMs, requests } = delayed.subjects[name];
  const bound = latencyMs * total(requests) + DELAYED_FACTOR * direct.subjects[name].wallMs;
  const what = `wall time, ${label} at ${latencyMs} ms a request`;
  return atMost(what, wallMs, { bound, digits: 0, unit: " ms" });
}

export function exactly(what: string, measured: string, bound: string): Requirement {
  return { what, measured, bound, reached: measured === bound };
}

export function bytesAtMost(what: string, measured: number, bound: number): Requirement {
  return atMost(what, measured, { bound, digits: 0, unit: " B" });
}

function atMost(what: string, measured: number, { bound, digits, unit }: Limit): Requirement {
  return {
    what,
    measured: `${measured.toFixed(digits)}${unit}`,
    bound: `<= ${bound.toFixed(digits)}${unit}`,
    reached: measured <= bound,
  };
}
