import process from "node:process";
import { fileURLToPath } from "node:url";
import { runUnderBun } from "./shim.ts";

/** Ends the process once all output is written: a pipe on Windows is slower than exit. */
function exit(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

/**
 * Runs a step of the action: under Bun if that is wanted, else here.
 *
 * @param mustRun whether to go on in this process when Bun fails, as the post
 * step does: it has a token to revoke
 */
export async function runStep(
  moduleUrl: string,
  step: () => Promise<number>,
  { mustRun = false } = {},
): Promise<void> {
  const outcome = await runUnderBun(fileURLToPath(moduleUrl));
  if ("exitCode" in outcome && (outcome.exitCode === 0 || !mustRun)) return exit(outcome.exitCode);
  if ("problem" in outcome && outcome.problem !== undefined && !mustRun) {
    // The words are ours: nothing in them has to be escaped.
    process.stdout.write(`::error::${outcome.problem} [invalid_input]\n`);
    return exit(1);
  }
  exit(await step());
}
