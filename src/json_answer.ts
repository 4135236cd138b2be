import * as v from "valibot";
import { AppTokenError } from "./errors.ts";
import type { HttpAnswer } from "./http_exchange.ts";

const ADVICE = {
  aws: "check the endpoint",
  github: "check the API URL (GitHub Enterprise Server: https://<host>/api/v3)",
};

/**
 * Reads a successful JSON answer.
 *
 * @param what what was asked, for the message
 * @throws {AppTokenError} `aws_bad_response` or `github_bad_response` If it does not fit `schema`.
 */
export function parseJsonAnswer<T>(
  { peer, url, status, text }: HttpAnswer,
  schema: v.GenericSchema<unknown, T>,
  what: string,
): T {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON, and so not of any schema.
  }
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const path = result.issues[0].path?.map(({ key }) => key).join(".");
  throw new AppTokenError(
    `${peer}_bad_response`,
    `${what} at ${url.host} answered ${status} with something unexpected${path ? ` (${path})` : ""}; ${ADVICE[peer]} and any proxy on the way`,
    { status },
  );
}
