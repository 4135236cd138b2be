import process from "node:process";
import { fileURLToPath } from "node:url";
import { runUnderBun } from "./shim.ts";

/** Ends the process once all output is written: a pipe on Windows is slower than exit. */
function exit(code: number): void {
  process.stdout.write("", () => process.exit(code));
}

/** Runs a step of the action: under Bun if that is wanted, else here. */
export async function runStep(moduleUrl: string, step: () => Promise<number>): Promise<void> {
  const code = await runUnderBun(fileURLToPath(moduleUrl));
  exit(code ?? (await step()));
}
