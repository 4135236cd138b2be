import { AppTokenError, InputError } from "./errors.ts";

// A connection that was refused says so in `code`, on the error (Bun) or its cause (Node).
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause: unknown = error.cause;
  const { code } = (cause instanceof Error ? cause : error) as { code?: unknown };
  const message = cause instanceof Error && cause.message ? cause.message : error.message;
  return typeof code === "string" && !message.includes(code) ? `${code} ${message}` : message;
}

/** Says why there was no answer from `url`. */
export function networkError(url: URL, error: unknown, quote: (text: string) => string): Error {
  if (error instanceof Error && error.name === "NotCapable") {
    return new InputError(
      `Cannot reach ${url.host}: Deno was not permitted to; run it with --allow-net=${url.host}`,
    );
  }
  return new AppTokenError(
    "network_error",
    `Cannot reach ${url.host}: ${quote(networkReason(error)).replace(/[.?!]+$/, "") || "no reason given"}; check the network, the proxy and the URL`,
    { cause: error },
  );
}
