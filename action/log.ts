import { error, info, notice, warning } from "@actions/core";
import { errorLine } from "../src/error_line.ts";
import { externalText } from "../src/external_text.ts";

// Text from outside goes through these three alone: they escape it as the data
// of a workflow command, so that a "::stop-commands::" in it stays text.
export const warn: (message: string) => void = warning;
export const note: (message: string) => void = notice;

/** One line of our own words: the runner looks for commands in it, and is to find none. */
export function say(message: string): void {
  info(externalText(message).replaceAll("##[", "## ["));
}

/** Says in one line why the step failed. */
export function fail(caught: unknown): void {
  const what = caught instanceof Error ? `${caught.name}: ${caught.message}` : String(caught);
  error(errorLine(caught) ?? `The step cannot go on (${externalText(what)})`);
}
