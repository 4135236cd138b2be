import { AppTokenError, type ErrorCategory, InputError } from "../errors.ts";

/** Why the program was told to end. */
export class Interruption extends Error {
  override name = "Interruption";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}; nothing is left behind`);
    // As shells count it: 128 and the number of the signal.
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

const BY_CATEGORY: Record<ErrorCategory, number> = { aws: 3, github: 4, unavailable: 5 };

/** Exit codes, for `--help` and the README. */
export const EXIT_CODES = `Exit codes:
  0  done
  1  a fault in this program
  2  wrong usage or input; nothing was sent
  3  AWS refused: credentials, key or permissions
  4  GitHub refused: app, installation, repository or permission
  5  AWS, GitHub or the network did not answer in time; try again
  130, 143  stopped by SIGINT, SIGTERM`;

/** The one line for an error, and the exit code. Only a fault of ours shows its stack. */
export function report(error: unknown): { line: string; exitCode: number } {
  if (error instanceof AppTokenError) {
    const request = error.requestId ? `, request ${error.requestId}` : "";
    return {
      line: `error: ${error.message} [${error.code}${request}]`,
      exitCode: BY_CATEGORY[error.category],
    };
  }
  if (error instanceof InputError) {
    return { line: `error: ${error.message} [${error.code}]`, exitCode: 2 };
  }
  if (error instanceof Interruption) {
    return { line: `error: ${error.message}`, exitCode: error.exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { line: `error: a fault in kms-app-token, please report it: ${stack}`, exitCode: 1 };
}
