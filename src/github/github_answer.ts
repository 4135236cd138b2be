import { AppTokenError, type ErrorCode } from "../errors.ts";
import type { HttpAnswer } from "../http_exchange.ts";
import { requestId } from "../request_id.ts";

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

/** GitHub's id of the request, for its support. */
export function requestIdOf(answer: HttpAnswer): string | undefined {
  return requestId(answer, "x-github-request-id");
}

/** An error about an answer of GitHub. */
export function refusal(code: ErrorCode, message: string, answer: HttpAnswer): AppTokenError {
  return new AppTokenError(code, message, {
    status: answer.status,
    requestId: requestIdOf(answer),
  });
}

/** What an unforeseen refusal looks like. */
export function unforeseen(answer: HttpAnswer, what: string): AppTokenError {
  const said = githubMessage(answer);
  return refusal(
    "github_refused",
    `GitHub refused ${what} with ${answer.status}${said ? `: ${said}` : ", without a message; check the API URL"}`,
    answer,
  );
}
