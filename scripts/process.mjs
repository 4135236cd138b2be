// Plain JavaScript in all of scripts/: it runs on whatever Node a fresh machine has, from 20 on.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** package.json, for the pins in it. */
export const MANIFEST = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

/** Path of a program that a development dependency brings. */
export const bin = (name) => `${ROOT}node_modules/.bin/${name}`;

/**
 * Runs a program in the project's folder.
 *
 * @returns its exit code (1 if it could not be started or was killed) and, unless `inherit`, all it printed
 */
export function run(command, args, { inherit = false, env = {}, cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", (error) => resolve({ code: 1, output: `${command}: ${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
