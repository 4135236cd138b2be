import { AppTokenError } from "./errors.ts";
import { pause } from "./pause.ts";
import { leftMs, type RetryContext } from "./retry.ts";

// A person who waits this long wants to know why.
const NOTEWORTHY_MS = 5_000;

/**
 * Waits before the next attempt.
 *
 * @param sent how many attempts were made
 * @throws `error` If there is to be no other: it is a refusal, attempts are used
 * up, or the server asks for a wait that cannot be sat out.
 */
export async function backOff(
  error: unknown,
  sent: number,
  { policy, call, onNotice }: RetryContext,
  signal: AbortSignal,
): Promise<void> {
  if (!(error instanceof AppTokenError) || error.category !== "unavailable") throw error;
  if (sent >= policy.attempts) throw error;
  call.lastError = error;
  const { retryAfterMs: serverDelayMs = 0 } = error;
  if (serverDelayMs > policy.maxServerDelayMs || serverDelayMs > leftMs(call)) throw error;
  if (sent === 1 || serverDelayMs >= NOTEWORTHY_MS) {
    const wait = serverDelayMs > 0 ? ` in ${Math.ceil(serverDelayMs / 1000)} s` : "";
    onNotice?.({
      code: "retrying",
      message: `${error.message}; trying again${wait}, ${policy.attempts} attempts at most`,
    });
  }
  const mostMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (sent - 1));
  await pause(serverDelayMs + Math.random() * mostMs, signal);
}
