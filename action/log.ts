import { error, info, notice, warning } from "@actions/core";
import { errorLine } from "../src/error_line.ts";

// Text from outside goes through these three alone: they escape it as the data
// of a workflow command, so that a "::stop-commands::" in it stays text.
export const warn: (message: string) => void = warning;
export const note: (message: string) => void = notice;

/** One line of our own words. The runner looks for commands in it. */
export const say: (message: string) => void = info;

/** Says in one line why the step failed. Only a fault of ours shows where it happened. */
export function fail(caught: unknown): void {
  const stack = caught instanceof Error ? caught.stack : String(caught);
  error(errorLine(caught) ?? `A fault in kms-app-token, please report it: ${stack}`);
}
