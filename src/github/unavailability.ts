import { AppTokenError } from "../errors.ts";
import type { HttpAnswer } from "../http_exchange.ts";
import { githubMessage, requestIdOf } from "./github_answer.ts";

// GitHub: "wait at least one minute" after a secondary rate limit without headers.
const UNTOLD_WAIT_MS = 60_000;

/** The error of an answer that says "not now"; nothing if it says anything else. */
export function unavailability(answer: HttpAnswer, what: string): AppTokenError | undefined {
  const { status } = answer;
  const details = { status, requestId: requestIdOf(answer) };
  if (status >= 500) {
    return new AppTokenError(
      "github_unavailable",
      `${what} answered ${status}; see https://www.githubstatus.com`,
      { ...details, retryAfterMs: askedDelayMs(answer) },
    );
  }
  if (status === 429 || (status === 403 && isRateLimit(answer))) {
    const retryAfterMs = askedDelayMs(answer) ?? UNTOLD_WAIT_MS;
    return new AppTokenError(
      "github_rate_limited",
      `${what} hit a rate limit (${status}); GitHub asks to wait ${Math.ceil(retryAfterMs / 1000)} s. Start fewer jobs at once or share one token`,
      { ...details, retryAfterMs },
    );
  }
  return undefined;
}

function isRateLimit(answer: HttpAnswer): boolean {
  // The text is the only sign of a secondary rate limit that comes without headers.
  return (
    answer.headers.has("retry-after") ||
    answer.headers.get("x-ratelimit-remaining") === "0" ||
    /rate limit/i.test(githubMessage(answer))
  );
}

function askedDelayMs({ headers }: HttpAnswer): number | undefined {
  // Both absolute times are compared with the server's own clock, not with ours.
  const serverNow = Date.parse(headers.get("date") ?? "") || Date.now();
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) {
    const ms = /^\d+$/.test(retryAfter)
      ? Number(retryAfter) * 1000
      : Date.parse(retryAfter) - serverNow;
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  const reset = headers.get("x-ratelimit-reset");
  if (reset !== null && /^\d+$/.test(reset) && headers.get("x-ratelimit-remaining") === "0") {
    return Math.max(0, Number(reset) * 1000 - serverNow);
  }
  return undefined;
}

/** The error of a redirect that is not followed. */
export function redirectRefusal(
  answer: HttpAnswer,
  target: URL | undefined,
  apiUrl: URL,
): AppTokenError {
  const where = target ? `to ${answer.quote(target.origin)}` : "nowhere";
  const why =
    target?.origin === apiUrl.origin ? " without end" : ", and credentials are not sent elsewhere";
  return new AppTokenError(
    "github_bad_response",
    `GitHub at ${apiUrl.host} redirects ${where}${target ? why : ""}; check the API URL`,
    { status: answer.status },
  );
}
