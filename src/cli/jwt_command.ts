import { appFromOptions } from "./app_from_options.ts";
import type { Io } from "./io.ts";

/** `jwt`: prints an app JWT, good for nine minutes. */
export async function jwtCommand(flags: Record<string, unknown>, io: Io): Promise<void> {
  const { jwt } = await appFromOptions(flags, io).jwt({ signal: io.signal });
  await io.stdout(`${jwt}\n`);
}
