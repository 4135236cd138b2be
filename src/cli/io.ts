import type { Environment } from "../aws/environment.ts";

/** How the command line meets the world. */
export interface Io {
  readonly env: Environment;
  /** Writes a result; rejects when nobody takes it. */
  stdout(text: string): Promise<void>;
  /** Writes one line that is no result. */
  stderr(line: string): void;
  /** Reads all of standard input. */
  stdin(): Promise<string>;
  /** Aborts when the user or the system wants the program to end. */
  readonly signal: AbortSignal;
  /** Keeps the program from ending before `work` has. */
  waitUntil(work: Promise<unknown>): void;
}
