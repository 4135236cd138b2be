/// <reference types="bun-types" />
import { text } from "node:stream/consumers";
import type { SandboxRequest } from "../src/sandbox/sandbox.ts";
import { inCache, inRepository } from "./places.ts";
import { RUNTIMES } from "./run_program.ts";

/** A sandbox in a process of its own. */
export interface SandboxServer extends AsyncDisposable {
  /** Time added to each answer. */
  readonly latencyMs: number;
  /** Ends it, and what is run against it. */
  readonly signal: AbortSignal;
  /** What points a program to it. */
  readonly env: Record<string, string>;
  /** The last thousand requests. */
  requests(): Promise<SandboxRequest[]>;
}

const NAMES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_REGION",
  "AWS_ENDPOINT_URL_KMS",
  "AWS_ENDPOINT_URL_STS",
  "GITHUB_API_URL",
  "KMS_APP_TOKEN_CLIENT_ID",
  "KMS_APP_TOKEN_KMS_KEY_ID",
  "ACTIONS_ID_TOKEN_REQUEST_URL",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
];

/** Starts a sandbox that answers each request `latencyMs` late; it ends with its scope or `signal`. */
export async function startSandbox(latencyMs: number, signal: AbortSignal): Promise<SandboxServer> {
  const child = Bun.spawn(
    [RUNTIMES.bun, inRepository("cli.ts"), "sandbox", "--port", "0", "--latency", `${latencyMs}`],
    // No environment and no .env of the caller's: either could set the sandbox's other options.
    { env: {}, cwd: inCache(""), stdio: ["ignore", "pipe", "pipe"], signal },
  );
  async function end(): Promise<void> {
    child.kill();
    await child.exited;
  }
  try {
    const env = await readEnvironment(child.stdout);
    if (!env) throw new Error(`The sandbox did not start: ${await text(child.stderr)}`);
    const { origin } = new URL(env.GITHUB_API_URL ?? "");
    return {
      latencyMs,
      signal,
      env,
      async requests() {
        const response = await fetch(`${origin}/_sandbox/requests`, { signal });
        return (await response.json()) as SandboxRequest[];
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function readEnvironment(
  stdout: ReadableStream<Uint8Array>,
): Promise<Record<string, string> | undefined> {
  const decoder = new TextDecoder();
  let printed = "";
  for await (const chunk of stdout) {
    printed += decoder.decode(chunk, { stream: true });
    const lines = printed.matchAll(/^export (\w+)='(.*)'$/gm);
    const exported = new Map(Array.from(lines, ([, name = "", value = ""]) => [name, value]));
    if (NAMES.every((name) => exported.has(name)))
      return Object.fromEntries([...exported].filter(([name]) => NAMES.includes(name)));
  }
  return undefined;
}
