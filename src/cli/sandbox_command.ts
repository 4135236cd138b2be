import { readFile } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { pkcs8FromPem, rsaKeyFromPkcs8 } from "../sandbox/rsa_key.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import { MAX_CLOCK_OFFSET_SECONDS, MAX_DELAY_MS } from "../sandbox/world.ts";
import type { Io } from "./io.ts";
import { serveLocally } from "./local_server.ts";
import { type OptionSpecs, readOptions, wholeNumber } from "./options.ts";

export const SANDBOX_OPTIONS: OptionSpecs<"port" | "privateKey" | "clockOffset" | "latency"> = {
  port: {
    flags: "--port <port>",
    description: "port on 127.0.0.1; 0 for any (default: 4000)",
    env: ["KMS_APP_TOKEN_SANDBOX_PORT"],
  },
  privateKey: {
    flags: "--private-key <file>",
    description: "the app's private key as GitHub downloads it (default: a new one)",
    env: ["KMS_APP_TOKEN_SANDBOX_PRIVATE_KEY"],
  },
  clockOffset: {
    flags: "--clock-offset <seconds>",
    description: "how far its clock is ahead (default: 0)",
    env: ["KMS_APP_TOKEN_SANDBOX_CLOCK_OFFSET"],
  },
  latency: {
    flags: "--latency <ms>",
    description: "time added to each answer (default: 0)",
    env: ["KMS_APP_TOKEN_SANDBOX_LATENCY"],
  },
};

/** `sandbox`: serves a sandbox until it is stopped, and prints the environment that points to it. */
export async function sandboxCommand(flags: Record<string, unknown>, io: Io): Promise<void> {
  const values = readOptions(SANDBOX_OPTIONS, flags, io.env);
  const port = wholeNumber(values.port ?? "4000", SANDBOX_OPTIONS.port, 0);
  if (port > 65_535) throw new InputError(`Cannot use --port ${port}: the highest is 65535`);
  const { privateKey } = values;
  const sandbox = createSandbox({
    privateKeyPem: privateKey === undefined ? undefined : await readPem(privateKey),
    world: {
      clockOffsetSeconds: wholeNumber(
        values.clockOffset ?? "0",
        SANDBOX_OPTIONS.clockOffset,
        -MAX_CLOCK_OFFSET_SECONDS,
        MAX_CLOCK_OFFSET_SECONDS,
      ),
      latencyMs: wholeNumber(values.latency ?? "0", SANDBOX_OPTIONS.latency, 0, MAX_DELAY_MS),
    },
  });
  const server = await serveLocally(sandbox.fetch, port);
  try {
    const lines = Object.entries(sandbox.environment(server.origin)).map(
      ([name, value]) => `export ${name}='${value}'\n`,
    );
    await io.stdout(lines.join(""));
    const warning =
      privateKey === undefined
        ? "nothing in it is a secret"
        : `whoever reaches this port signs as the app of ${privateKey}, with the example credentials above, which are no secret`;
    io.stderr(
      `A sandbox KMS, STS, GitHub and id-token issuer at ${server.origin}; ${warning}. Stop it with Ctrl-C.`,
    );
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve();
      io.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    await server.close();
  }
}

async function readPem(file: string): Promise<string> {
  let pem: string;
  try {
    pem = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`Cannot read --private-key ${file}: ${code ?? "not permitted"}`);
  }
  // Now, and not when the first signature is asked for.
  await rsaKeyFromPkcs8(pkcs8FromPem(pem));
  return pem;
}
