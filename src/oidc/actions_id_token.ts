import * as v from "valibot";
import type { Environment } from "../aws/environment.ts";
import { checkSecure, parseUrl } from "../base_url.ts";
import { AppTokenError, InputError } from "../errors.ts";
import { githubMessage } from "../github/github_answer.ts";
import { exchange, type Fetch, globalFetch } from "../http_exchange.ts";
import { parseJsonAnswer } from "../json_answer.ts";
import type { OnNotice } from "../notice.ts";
import { beginCall, type RetryOptions, retry, retryPolicy } from "../retry.ts";

/** Options of {@link requestActionsIdToken}. */
export interface ActionsIdTokenOptions {
  /** The job's environment, with `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  env: Environment;
  /** For whom the token is: `sts.amazonaws.com` for AWS. */
  audience: string;
  /** Sends the request. @default {globalThis.fetch} */
  fetch?: Fetch | undefined;
  /** How long to keep trying. */
  retry?: RetryOptions | undefined;
  /** Told of retries. */
  onNotice?: OnNotice | undefined;
  /** Ends the call at once when it aborts. */
  signal?: AbortSignal | undefined;
}

const isJwt = (text: unknown): text is string =>
  typeof text === "string" && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
const idTokenAnswer = v.object({ value: v.custom<string>(isJwt) });

/**
 * Asks GitHub Actions for the id token of the running job.
 *
 * @returns the id token, a JWT good for about five minutes. A secret.
 * @throws {AppTokenError} `id_token_missing` If the job may not have one,
 * `id_token_refused` if GitHub does not give it.
 *
 * @example
 * ```ts
 * import { requestActionsIdToken } from "kms-app-token";
 *
 * if (process.env.ACTIONS_ID_TOKEN_REQUEST_URL) {
 *   await requestActionsIdToken({ env: process.env, audience: "sts.amazonaws.com" });
 * }
 * ```
 */
export async function requestActionsIdToken(options: ActionsIdTokenOptions): Promise<string> {
  const { env, audience, fetch = globalFetch, signal, onNotice } = options;
  const requestUrl = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!requestUrl || !requestToken) {
    throw new AppTokenError(
      "id_token_missing",
      "Cannot get an id token: the job may not have one; give it permissions: { id-token: write, contents: read } (and the caller's job too, if this is a reusable workflow). A pull request from a fork can never have it",
    );
  }
  const parsed = parseUrl(requestUrl);
  if (!parsed) throw new InputError("Cannot use ACTIONS_ID_TOKEN_REQUEST_URL: it is not a URL");
  const url = checkSecure(parsed, "ACTIONS_ID_TOKEN_REQUEST_URL");
  url.searchParams.set("audience", audience);
  const headers = { accept: "application/json", authorization: `Bearer ${requestToken}` };
  const policy = retryPolicy(options.retry);
  const attempt = async (bounded: AbortSignal) => {
    const answer = await exchange(fetch, { peer: "github", method: "GET", url, headers }, bounded);
    if (answer.status === 200)
      return parseJsonAnswer(answer, idTokenAnswer, "GitHub's id token request").value;
    const said = githubMessage(answer);
    const message = `GitHub gave no id token for audience ${audience} (${answer.status}${said ? `: ${said}` : ""})`;
    const code =
      answer.status >= 500 || answer.status === 429 ? "github_unavailable" : "id_token_refused";
    throw new AppTokenError(code, message, { status: answer.status });
  };
  return await retry(attempt, {
    what: "GitHub's id token request",
    policy,
    call: beginCall(policy, signal),
    onNotice,
  });
}
