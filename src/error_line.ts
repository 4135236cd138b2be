import { AppTokenError, InputError } from "./errors.ts";

/** The one line for a failure that was foreseen; nothing for a fault of ours. */
export function errorLine(error: unknown): string | undefined {
  if (error instanceof InputError) return `${error.message} [${error.code}]`;
  if (!(error instanceof AppTokenError)) return undefined;
  return `${error.message} [${error.code}${error.requestId ? `, request ${error.requestId}` : ""}]`;
}
