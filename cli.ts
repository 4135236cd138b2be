#!/usr/bin/env node
import process from "node:process";
import { main } from "./src/cli/main.ts";
import { InputError } from "./src/errors.ts";
import { Interruption } from "./src/interruption.ts";

// A token has hundreds of bytes; whatever is larger is something else.
const MAX_STDIN_BYTES = 65_536;

async function readStdin(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > MAX_STDIN_BYTES) {
      throw new InputError("Cannot read standard input: it is too long for a token");
    }
  }
  return text;
}

function writeStdout(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error)
        reject(
          new InputError(
            `Cannot write the result: standard output is closed (${(error as NodeJS.ErrnoException).code})`,
          ),
        );
      else resolve();
    });
  });
}

const controller = new AbortController();
// A read of standard input cannot be stopped on every runtime; it is left to itself.
const interrupted = new Promise<never>((_, reject) => {
  controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
});
interrupted.catch(() => {});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => controller.abort(new Interruption(signal)));
}
// The write that failed reports it; without a listener it would be thrown a second time.
process.stdout.on("error", () => {});

const unfinished: Promise<unknown>[] = [];
const exitCode = await main(process.argv.slice(2), {
  env: process.env,
  stdout: writeStdout,
  stderr: (line) => void process.stderr.write(`${line}\n`),
  stdin: () => Promise.race([readStdin(), interrupted]),
  signal: controller.signal,
  waitUntil: (work) => void unfinished.push(work),
});
// A token that GitHub is about to answer is revoked; who wants out at once has a second Ctrl-C.
await Promise.race([
  Promise.allSettled(unfinished),
  new Promise((done) => setTimeout(done, 5_000)),
]);
// Not exitCode: connections kept alive would hold the process for seconds.
process.exit(exitCode);
