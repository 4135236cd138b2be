import * as v from "valibot";
import { baseUrl, joinPath } from "../base_url.ts";
import { withDeadline } from "../deadline.ts";
import { AppTokenError, InputError } from "../errors.ts";
import { exchange, type Fetch, globalFetch, type HttpAnswer } from "../http_exchange.ts";
import type { OnNotice } from "../notice.ts";
import { type RetryOptions, retry, retryPolicy } from "../retry.ts";
import { VERSION } from "../version.ts";

/** How to reach GitHub. */
export interface GithubOptions {
  /**
   * Base URL of the REST API; `https://<host>/api/v3` on GitHub Enterprise
   * Server, `https://api.<subdomain>.ghe.com` with data residency.
   * @default {"https://api.github.com"}
   */
  apiUrl?: string | undefined;
  /** Sends the requests. @default {globalThis.fetch} */
  fetch?: Fetch | undefined;
  /** Your program's name and version, put before ours in the User-Agent. */
  userAgent?: string | undefined;
  /** How long to keep trying. */
  retry?: RetryOptions | undefined;
  /** Told of retries. */
  onNotice?: OnNotice | undefined;
  /**
   * Given what goes on after a call has ended, so that it is not cut off: a
   * token that arrives when nobody waits for it any more is revoked. On Workers
   * pass `(work) => ctx.waitUntil(work)`.
   */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** One request to the REST API. */
export interface GithubRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** With a leading slash; names in it already encoded. */
  readonly path: string;
  /** App JWT or installation token. Always sent as Bearer, which GitHub takes for both. */
  readonly token: string;
  readonly body?: unknown;
  /** Undoes what an answer brings that comes after the call was given up. */
  readonly undo?: ((answer: HttpAnswer) => Promise<unknown>) | undefined;
}

/** Sends requests to one GitHub. */
export interface GithubClient {
  readonly apiUrl: URL;
  /**
   * Sends a request, again if GitHub is not there for us. Every status but
   * 429, 5xx and a 403 about rate limits is an answer, for the caller to judge.
   */
  call(request: GithubRequest, signal?: AbortSignal): Promise<HttpAnswer>;
}

const API_VERSION = "2022-11-28"; // The default, supported until 2028 at least; GHES knows no later one.
const MAX_REDIRECTS = 3;
// GitHub: "wait at least one minute" after a secondary rate limit without headers.
const UNTOLD_WAIT_MS = 60_000;

/** Creates a {@link GithubClient}. */
export function createGithubClient(options: GithubOptions): GithubClient {
  const { fetch = globalFetch, userAgent, onNotice } = options;
  const apiUrl = baseUrl(options.apiUrl || "https://api.github.com", "GitHub API URL");
  const policy = retryPolicy(options.retry);
  if (userAgent !== undefined && !/^[\x20-\x7e]+$/.test(userAgent)) {
    throw new InputError(
      "Cannot use userAgent: it is empty or has characters other than printable ASCII",
    );
  }

  async function follow(
    { method, path, token, body }: GithubRequest,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    let url = joinPath(apiUrl, path);
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(
        fetch,
        {
          peer: "github",
          method,
          url,
          headers: {
            accept: "application/vnd.github+json",
            authorization: `Bearer ${token}`,
            "user-agent": `${userAgent ? `${userAgent} ` : ""}kms-app-token/${VERSION}`,
            "x-github-api-version": API_VERSION,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          body: body === undefined ? undefined : JSON.stringify(body),
        },
        signal,
      );
      if (answer.status < 300 || answer.status > 399) return answer;
      const location = answer.headers.get("location");
      const target = location === null ? null : URL.parse(location, url);
      // A renamed repository answers 301 at the same origin; anywhere else the bearer must not go.
      if (!target || target.origin !== apiUrl.origin || redirects === MAX_REDIRECTS) {
        throw new AppTokenError(
          "github_bad_response",
          `Cannot ${method} ${path}: ${url.host} redirects ${target ? `to ${answer.quote(target.origin)}${target.origin === apiUrl.origin ? " without end" : ", and credentials are not sent elsewhere"}` : "nowhere"}; check the API URL`,
          { status: answer.status },
        );
      }
      url = target;
    }
  }

  /** Sends a request that must not be lost: given up, it goes on in the background and is undone. */
  async function followToTheEnd(
    request: GithubRequest,
    undo: (answer: HttpAnswer) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const timeoutMs = 2 * policy.attemptTimeoutMs;
    const late = () =>
      new AppTokenError("timeout", `GitHub ${request.method} ${request.path} had no answer`);
    const sending = withDeadline(timeoutMs, undefined, late, (own) => follow(request, own));
    const undone = sending
      .then((answer) => (signal.aborted ? undo(answer) : undefined))
      .catch(() => undefined);
    signal.addEventListener("abort", () => options.waitUntil?.(undone), { once: true });
    return await sending;
  }

  return {
    apiUrl,
    async call(request, signal) {
      const what = `GitHub ${request.method} ${request.path}`;
      return await retry(
        async (bounded) => {
          const { undo } = request;
          const answer = await (undo
            ? followToTheEnd(request, undo, bounded)
            : follow(request, bounded));
          const unavailable = unavailability(answer, what);
          if (unavailable) throw unavailable;
          return answer;
        },
        { what, policy, signal, onNotice },
      );
    },
  };
}

/** What GitHub says in the `message` of an error, safe for one line of ours. */
export function githubMessage(answer: HttpAnswer): string {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (
      typeof body === "object" &&
      body !== null &&
      "message" in body &&
      typeof body.message === "string"
    ) {
      return answer.quote(body.message);
    }
  } catch {
    // A proxy's page: its status says more than its HTML.
  }
  return "";
}

/** Reads a successful answer. */
export function parseAnswer<T>(
  answer: HttpAnswer,
  schema: v.GenericSchema<unknown, T>,
  what: string,
): T {
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch {
    body = undefined;
  }
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const path = v.getDotPath(result.issues[0]);
  throw new AppTokenError(
    "github_bad_response",
    `${what} answered ${answer.status} with something that is not GitHub's${path ? ` (${path})` : ""}; check the API URL (GitHub Enterprise Server: https://<host>/api/v3) and any proxy on the way`,
    { status: answer.status, requestId: requestIdOf(answer) },
  );
}

/** GitHub's id of the request, for its support. */
export function requestIdOf(answer: HttpAnswer): string | undefined {
  return answer.headers.get("x-github-request-id") ?? undefined;
}

function unavailability(answer: HttpAnswer, what: string): AppTokenError | undefined {
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
