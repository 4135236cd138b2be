import { withDeadline } from "./deadline.ts";
import { AppTokenError, InputError } from "./errors.ts";
import type { OnNotice } from "./notice.ts";

/** How long to keep trying when AWS, GitHub or the network is not there for us. */
export interface RetryOptions {
  /**
   * How often a request is sent at most.
   * @default {4}
   */
  attempts?: number | undefined;
  /**
   * Upper end of the first pause, in milliseconds; it doubles each time. The
   * pause itself is drawn between 0 and that (full jitter).
   * @default {200}
   */
  baseDelayMs?: number | undefined;
  /**
   * Upper end of any drawn pause, in milliseconds.
   * @default {5000}
   */
  maxDelayMs?: number | undefined;
  /**
   * Longest wait a server may ask for (`Retry-After`, `x-ratelimit-reset`), in
   * milliseconds. One that asks for more ends the call at once.
   * @default {60000}
   */
  maxServerDelayMs?: number | undefined;
  /**
   * Time for a single request and its answer, in milliseconds.
   * @default {10000}
   */
  attemptTimeoutMs?: number | undefined;
  /**
   * Time for a whole call, all attempts and pauses included, in milliseconds.
   * @default {120000}
   */
  deadlineMs?: number | undefined;
}

/** {@link RetryOptions} with every default filled in. */
export type RetryPolicy = { readonly [K in keyof RetryOptions]-?: number };

const DEFAULTS: RetryPolicy = {
  attempts: 4,
  baseDelayMs: 200,
  maxDelayMs: 5_000,
  // GitHub: without a header, "wait at least one minute" after a secondary rate limit.
  maxServerDelayMs: 60_000,
  attemptTimeoutMs: 10_000,
  deadlineMs: 120_000,
};

// One attempt and some time there has to be; no pause and no waiting are fine.
const POSITIVE: readonly string[] = ["attempts", "attemptTimeoutMs", "deadlineMs"];

// setTimeout takes a signed 32-bit number of milliseconds; more fires at once.
const MOST = 2 ** 31 - 1;

/** Checks `options` and fills in the defaults. */
export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  const policy: Record<keyof RetryOptions, number> = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof RetryOptions)[]) {
    const value = options[name] ?? DEFAULTS[name];
    const least = POSITIVE.includes(name) ? 1 : 0;
    if (!Number.isInteger(value) || value < least || value > MOST) {
      throw new InputError(
        `Cannot use retry.${name} = ${value}: give a whole number from ${least}`,
      );
    }
    policy[name] = value;
  }
  return policy;
}

/** A call of several requests that share one deadline. */
export interface Call {
  readonly signal?: AbortSignal | undefined;
  /** When it has to be over, by `performance.now()`. */
  readonly endsAt: number;
  /** What went wrong last, for the message when time is up. */
  lastError?: unknown;
}

/** Begins a {@link Call} that may take `policy.deadlineMs`. */
export function beginCall(policy: RetryPolicy, signal: AbortSignal | undefined): Call {
  return { signal, endsAt: performance.now() + policy.deadlineMs };
}

/** What is left of a call's time, in milliseconds. */
export function leftMs({ endsAt }: Call): number {
  return Math.max(0, endsAt - performance.now());
}

/** The error of a call whose time is up. */
export function callTimeout(what: string, { deadlineMs }: RetryPolicy, call: Call): AppTokenError {
  const { lastError } = call;
  const before = lastError instanceof Error ? `; before that: ${lastError.message}` : "";
  return new AppTokenError("timeout", `${what} took longer than ${deadlineMs / 1000} s${before}`, {
    cause: lastError,
  });
}

/** What {@link retry} needs to know beside the policy. */
export interface RetryContext {
  /** What is being done, for messages: `"KMS Sign"`. */
  readonly what: string;
  readonly policy: RetryPolicy;
  readonly call: Call;
  readonly onNotice?: OnNotice | undefined;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the policy is used up.
 * Only errors of the category `unavailable` are worth another attempt.
 */
export async function retry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  context: RetryContext,
): Promise<T> {
  const { what, policy, call } = context;
  const attemptLate = () =>
    new AppTokenError(
      "timeout",
      `${what} had no answer within ${policy.attemptTimeoutMs / 1000} s`,
    );
  const callLate = () => callTimeout(what, policy, call);
  return await withDeadline(leftMs(call), call.signal, callLate, async (bounded) => {
    for (let sent = 1; ; sent++) {
      try {
        return await withDeadline(policy.attemptTimeoutMs, bounded, attemptLate, attempt);
      } catch (error) {
        bounded.throwIfAborted();
        const { backOff } = await import("./back_off.ts");
        await backOff(error, sent, context, bounded);
      }
    }
  });
}
