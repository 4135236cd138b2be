import { AppTokenError, InputError } from "./errors.ts";
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
}

/** One answer, read to its end. */
export interface HttpAnswer {
  /** What was asked. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Makes text of this answer fit for a message: one line, short, free of the request's secrets. */
  quote(text: string): string;
}

// GitHub's largest answer read here, 500 repositories of about 6 KB, stays below 4 MB.
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

// A connection that was refused says so in `code`, on the error (Bun) or its cause (Node).
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  const { code } = (cause instanceof Error ? cause : error) as { code?: unknown };
  const message = cause instanceof Error && cause.message ? cause.message : error.message;
  return typeof code === "string" && !message.includes(code) ? `${code} ${message}` : message;
}

function networkError(url: URL, error: unknown): Error {
  if (error instanceof Error && error.name === "NotCapable") {
    return new InputError(
      `Cannot reach ${url.host}: Deno was not permitted to; run it with --allow-net=${url.host}`,
    );
  }
  return new AppTokenError(
    "network_error",
    `Cannot reach ${url.host}: ${externalText(networkReason(error)).replace(/[.?!]+$/, "") || "no reason given"}; check the network, the proxy and the URL`,
    { cause: error },
  );
}

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
        `${url.host} sent more than ${MAX_ANSWER_BYTES / 1024 / 1024} MB in one answer; check that the URL is that of the API`,
        { status: response.status },
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}

function secretsOf(headers: Record<string, string>): string[] {
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower === "authorization")
      secrets.push(value, value.replace(/^\w+ /, ""), /Signature=(\w+)/.exec(value)?.[1] ?? "");
    if (lower === "x-amz-security-token") secrets.push(value);
  }
  return secrets;
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
  try {
    const response = await fetch(url.href, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal,
    });
    const text = await readText(response, request);
    return {
      url,
      status: response.status,
      headers: response.headers,
      text,
      quote: (part) => externalText(part, secretsOf(headers)),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppTokenError) throw error;
    throw networkError(url, error);
  }
}

/** The global `fetch`, looked up at each call so that a replaced one is used. */
export const globalFetch: Fetch = (url, init) => globalThis.fetch(url, init);
