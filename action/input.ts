import type { Environment } from "../src/aws/environment.ts";

/** Reads one input as the runner hands it over; nothing if it is empty. */
export function input(env: Environment, name: string): string | undefined {
  const upper = name.toUpperCase();
  // The second form is for `run: bun action/main.ts`: no shell can set a name with a dash.
  const text = env[`INPUT_${upper}`] || env[`INPUT_${upper.replaceAll("-", "_")}`];
  return text?.trim() || undefined;
}
