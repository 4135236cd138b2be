import { errorLine } from "../error_line.ts";
import { AppTokenError, type ErrorCategory } from "../errors.ts";
import { Interruption } from "../interruption.ts";

const BY_CATEGORY: Record<ErrorCategory, number> = { aws: 3, github: 4, unavailable: 5 };

/** Exit codes, for `--help` and the README. */
export const EXIT_CODES = `Exit codes:
  0  done
  1  a fault in this program
  2  wrong usage or input
  3  AWS refused: credentials, key or permissions
  4  GitHub refused: app, installation, repository or permission
  5  AWS, GitHub or the network did not answer in time; try again
  130, 143  stopped by SIGINT, SIGTERM`;

/** The one line for an error, and the exit code. Only a fault of ours shows its stack. */
export function report(error: unknown): { line: string; exitCode: number } {
  const line = errorLine(error);
  if (line !== undefined) {
    const exitCode = error instanceof AppTokenError ? BY_CATEGORY[error.category] : 2;
    return { line: `error: ${line}`, exitCode };
  }
  if (error instanceof Interruption) {
    return { line: `error: ${error.message}`, exitCode: error.exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { line: `error: a fault in kms-app-token, please report it: ${stack}`, exitCode: 1 };
}
