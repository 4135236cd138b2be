import { Command, CommanderError } from "commander";
import { VERSION } from "../version.ts";
import { demoCommand } from "./demo_command.ts";
import { EXIT_CODES, report } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { jwtCommand } from "./jwt_command.ts";
import { APP_OPTIONS, addOptions, TARGET_OPTIONS } from "./options.ts";
import { REVOKE_OPTIONS, revokeCommand } from "./revoke_command.ts";
import { SANDBOX_OPTIONS, sandboxCommand } from "./sandbox_command.ts";
import { TOKEN_FORMAT_OPTIONS, tokenCommand } from "./token_command.ts";

/** Commander repeats what it does not understand; a token in the wrong place must not show. */
function withoutTokens(text: string): string {
  return text.replace(/gh[a-z]_[\w.-]+/g, "gh?_***");
}

function createProgram(io: Io, print: (text: string) => void): Command {
  const program = new Command("kms-app-token")
    .description("GitHub App installation tokens whose app JWT is signed inside AWS KMS.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      writeErr: (text) => io.stderr(withoutTokens(text.trimEnd())),
    })
    .addHelpText(
      "after",
      `\nAWS credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.\n\n${EXIT_CODES}`,
    );

  addOptions(program.command("token").description("mint an installation token and print it"), {
    ...APP_OPTIONS,
    ...TARGET_OPTIONS,
    ...TOKEN_FORMAT_OPTIONS,
  }).action((flags) => tokenCommand(flags, io));
  addOptions(
    program.command("jwt").description("print an app JWT, good for nine minutes"),
    APP_OPTIONS,
  ).action((flags) => jwtCommand(flags, io));
  addOptions(
    program.command("revoke").description("revoke the token on standard input"),
    REVOKE_OPTIONS,
  ).action((flags) => revokeCommand(flags, io));
  addOptions(
    program.command("sandbox").description("serve a local KMS, STS, GitHub and id-token issuer"),
    SANDBOX_OPTIONS,
  ).action((flags) => sandboxCommand(flags, io));
  program
    .command("demo")
    .description("mint, use and revoke a token against a sandbox")
    .action(() => demoCommand(io));
  return program;
}

/** Prints help or version; a reader who has gone, as in `--help | head -1`, has seen enough. */
async function print(text: string, io: Io): Promise<number> {
  try {
    await io.stdout(text);
  } catch {
    return 2;
  }
  return 0;
}

/**
 * Runs the command line.
 *
 * @param args what stands behind the program's name
 * @returns the exit code; everything there is to say has been said to `io`
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let printed = "";
  const program = createProgram(io, (text) => {
    printed += text;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has written its own line; help and version end this way too.
      return error.exitCode === 0 ? await print(printed, io) : 2;
    }
    const { line, exitCode } = report(error);
    io.stderr(line);
    return exitCode;
  }
}
