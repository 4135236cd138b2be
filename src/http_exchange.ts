import { AppTokenError } from "./errors.ts";
import { externalText } from "./external_text.ts";

/** The part of the Fetch API that is used: any function of this shape can be injected. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** What a {@link Fetch} is called with. */
export interface FetchInit {
  /** `GET`, `POST` or `DELETE`. */
  method: string;
  /** Names in lower case. They hold secrets: do not log them. */
  headers: Record<string, string>;
  /** Absent where there is no body, as some runtimes refuse `undefined`. */
  body?: string;
  /** Redirects have to come back as they are: a bearer must not follow them. */
  redirect: "manual";
  /** Aborts when the attempt takes too long or the caller gives up. */
  signal: AbortSignal;
}

/** One request, ready to be sent. */
export interface HttpRequest {
  /** Whose answer it will be. */
  readonly peer: "aws" | "github";
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string | undefined;
  /** What the body holds that no message may repeat; the headers' secrets are known. */
  readonly secrets?: readonly string[] | undefined;
}

/** One answer, read to its end. */
export interface HttpAnswer {
  /** Whose answer it is. */
  readonly peer: "aws" | "github";
  /** What was asked. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Makes text of this answer fit for a message: one line, short, free of the request's secrets. */
  quote(text: string): string;
}

// GitHub's largest answer read here, 500 repositories of about 6 KB, stays below 4 MB.
const MAX_ANSWER_BYTES = 8_000_000;

async function readText(response: Response, { peer, url }: HttpRequest): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      await reader.cancel();
      throw new AppTokenError(
        `${peer}_bad_response`,
        `${url.host} sent more than 8 MB in one answer; check the URL`,
        { status: response.status },
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The whole header, and the bearer or SigV4 signature at its end. */
function secretsOf({
  authorization = "",
  "x-amz-security-token": sessionToken = "",
}: Record<string, string>): string[] {
  return [authorization, authorization.split(/ |Signature=/).at(-1) ?? "", sessionToken];
}

/**
 * Sends one request and reads the answer to its end. Whatever status comes
 * back is an answer; redirects are not followed.
 *
 * @throws {AppTokenError} `network_error` If there is no complete answer.
 */
export async function exchange(
  fetch: Fetch,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { method, url, headers, body } = request;
  const quote = (part: string) =>
    externalText(part, [...secretsOf(headers), ...(request.secrets ?? [])]);
  try {
    const init = { method, headers, ...(body === undefined ? {} : { body }), signal };
    const response = await fetch(url.href, { ...init, redirect: "manual" });
    const text = await readText(response, request);
    const { status, headers: answered } = response;
    return { peer: request.peer, url, status, headers: answered, text, quote };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppTokenError) throw error;
    const { networkError } = await import("./network_error.ts");
    throw networkError(url, error, quote);
  }
}

/** The global `fetch`, looked up at each call so that a replaced one is used. */
export const globalFetch: Fetch = (url, init) => globalThis.fetch(url, init);
