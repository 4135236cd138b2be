import { InputError } from "../errors.ts";
import type { InstallationToken } from "../github/installation_token.ts";
import { appFromOptions, targetFromOptions } from "./app_from_options.ts";
import type { Io } from "./io.ts";
import { type OptionSpecs, readOptions } from "./options.ts";

export const TOKEN_FORMAT_OPTIONS: OptionSpecs<"format"> = {
  format: {
    flags: "--format <format>",
    description: "token: just that; json: with all that is known; env: GITHUB_TOKEN=<token>",
    env: ["KMS_APP_TOKEN_FORMAT"],
  },
};

const FORMATS: Readonly<Record<string, (token: InstallationToken) => string>> = {
  token: ({ token }) => token,
  json: (token) => JSON.stringify(token),
  env: ({ token }) => `GITHUB_TOKEN=${token}`,
};

/** `token`: mints an installation token and prints it; one that cannot be printed is revoked. */
export async function tokenCommand(flags: Record<string, unknown>, io: Io): Promise<void> {
  const { format = "token" } = readOptions(TOKEN_FORMAT_OPTIONS, flags, io.env);
  const write = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (!write)
    throw new InputError(
      `Cannot use --format "${format.slice(0, 40)}": give ${Object.keys(FORMATS).join(", ")}`,
    );
  const target = targetFromOptions(flags, io);
  const app = appFromOptions(flags, io);
  const minted = await app.createToken(target);
  try {
    io.signal.throwIfAborted();
    await io.stdout(`${write(minted)}\n`);
  } catch (error) {
    await app.discardToken(minted.token);
    throw error;
  }
}
