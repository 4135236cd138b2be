import { baseUrl, joinPath, parseUrl } from "../base_url.ts";
import { withDeadline } from "../deadline.ts";
import { InputError } from "../errors.ts";
import { exchange, type Fetch, globalFetch, type HttpAnswer } from "../http_exchange.ts";
import type { OnNotice } from "../notice.ts";
import { beginCall, type Call, type RetryOptions, retry, retryPolicy } from "../retry.ts";
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
  /**
   * Called with every answer a moment after it came, also when the call was
   * given up before: whoever took the answer knows, and the others' is undone.
   */
  readonly afterwards?: ((answer: HttpAnswer) => Promise<unknown>) | undefined;
}

/** Sends requests to one GitHub. */
export interface GithubClient {
  readonly apiUrl: URL;
  /** Begins a call of one or more requests that share the policy's deadline. */
  begin(signal?: AbortSignal): Call;
  /**
   * Sends a request, again if GitHub is not there for us. Every status but
   * 429, 5xx and a 403 about rate limits is an answer, for the caller to judge.
   */
  call(request: GithubRequest, call?: Call): Promise<HttpAnswer>;
}

const API_VERSION = "2022-11-28"; // The default, supported until 2028 at least; GHES knows no later one.
const MAX_REDIRECTS = 3;

/** Creates a {@link GithubClient}. */
export function createGithubClient(options: GithubOptions): GithubClient {
  const { fetch = globalFetch, userAgent, onNotice } = options;
  const apiUrl = baseUrl(options.apiUrl || "https://api.github.com", "GitHub API URL");
  const policy = retryPolicy(options.retry);
  if (userAgent !== undefined && !/^[\x20-\x7e]+$/.test(userAgent)) {
    throw new InputError("Cannot use userAgent: give printable ASCII");
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
      const target = location === null ? undefined : parseUrl(location, url);
      // A renamed repository answers 301 at the same origin; anywhere else the bearer must not go.
      if (!target || target.origin !== apiUrl.origin || redirects === MAX_REDIRECTS) {
        const { redirectRefusal } = await import("./unavailability.ts");
        throw redirectRefusal(answer, target, apiUrl);
      }
      url = target;
    }
  }

  /** Sends a request whose answer must not be lost: given up, it goes on in the background. */
  async function followToTheEnd(
    request: GithubRequest,
    afterwards: (answer: HttpAnswer) => Promise<unknown>,
  ): Promise<HttpAnswer> {
    // Nobody sees the error: this outlasts every attempt.
    const late = () => new Error("abandoned");
    const timeoutMs = 2 * policy.attemptTimeoutMs;
    const sending = withDeadline(timeoutMs, undefined, late, (own) => follow(request, own));
    const done = sending.then(async (answer) => {
      // By the next turn whoever waits for the answer has it.
      await new Promise((resolve) => setTimeout(resolve, 0));
      await afterwards(answer);
    });
    options.waitUntil?.(done.catch(() => undefined));
    done.catch(() => undefined);
    return await sending;
  }

  return {
    apiUrl,
    begin: (signal) => beginCall(policy, signal),
    async call(request, call = beginCall(policy, undefined)) {
      const what = `GitHub ${request.method} ${request.path}`;
      const { afterwards } = request;
      const attempt = async (bounded: AbortSignal) => {
        const answer = await (afterwards
          ? followToTheEnd(request, afterwards)
          : follow(request, bounded));
        if (answer.status < 500 && answer.status !== 429 && answer.status !== 403) return answer;
        const { unavailability } = await import("./unavailability.ts");
        const unavailable = unavailability(answer, what);
        if (unavailable) throw unavailable;
        return answer;
      };
      return await retry(attempt, { what, policy, call, onNotice });
    },
  };
}
