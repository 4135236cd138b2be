import { pause, withDeadline } from "./deadline.ts";
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

/** What {@link retry} needs to know beside the policy. */
export interface RetryContext {
  /** What is being done, for messages: `"KMS Sign"`. */
  readonly what: string;
  readonly policy: RetryPolicy;
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the policy is used up.
 * Only errors of the category `unavailable` are worth another attempt.
 */
export async function retry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { what, policy, signal, onNotice }: RetryContext,
): Promise<T> {
  let lastError: unknown;
  const late = (timeoutMs: number, before = "") =>
    new AppTokenError("timeout", `${what} had no answer within ${timeoutMs / 1000} s${before}`, {
      cause: lastError,
    });
  const attemptLate = () => late(policy.attemptTimeoutMs);
  const allLate = () =>
    late(
      policy.deadlineMs,
      lastError instanceof Error ? `; before that: ${lastError.message}` : "",
    );
  return await withDeadline(policy.deadlineMs, signal, allLate, async (bounded) => {
    for (let sent = 1; ; sent++) {
      try {
        return await withDeadline(policy.attemptTimeoutMs, bounded, attemptLate, attempt);
      } catch (error) {
        bounded.throwIfAborted();
        if (!(error instanceof AppTokenError) || error.category !== "unavailable") throw error;
        if (sent >= policy.attempts) throw error;
        const serverDelayMs = error.retryAfterMs;
        if (serverDelayMs !== undefined && serverDelayMs > policy.maxServerDelayMs) throw error;
        if (sent === 1) {
          const wait = serverDelayMs ? ` in ${Math.ceil(serverDelayMs / 1000)} s` : "";
          onNotice?.({
            code: "retrying",
            message: `${error.message}; trying again${wait}, ${policy.attempts} attempts at most`,
          });
        }
        lastError = error;
        const drawnMs =
          Math.random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (sent - 1));
        await pause((serverDelayMs ?? 0) + drawnMs, bounded);
      }
    }
  });
}
