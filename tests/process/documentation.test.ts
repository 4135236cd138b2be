import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { AppTokenError, type ErrorCode, VERSION } from "../../mod.ts";
import { EXIT_CODES } from "../../src/cli/exit_code.ts";
import { runCli } from "./cli_process.ts";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

/** Cells of the README's table rows, whatever white space aligns them. */
const rows = readme
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

test("the README explains every error code, and no other", async () => {
  const source = await readFile(new URL("../../src/errors.ts", import.meta.url), "utf8");
  const declared = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code]) => code);
  assert.ok(declared.length > 30);
  const codes = rows.flatMap(([first = ""]) =>
    [...first.matchAll(/`([a-z]+_[a-z_]+|timeout)`/g)].map(([, code]) => code),
  );
  assert.deepEqual(codes.sort(), declared.sort());
});

test("every code has the category of its type", async () => {
  const source = await readFile(new URL("../../src/errors.ts", import.meta.url), "utf8");
  for (const [, type = "", list = ""] of source.matchAll(
    /export type (\w+)ErrorCode =\n((?: {2}\| "\w+";?\n)+)/g,
  )) {
    for (const [, code = ""] of list.matchAll(/"(\w+)"/g)) {
      const { category } = new AppTokenError(code as ErrorCode, "");
      assert.equal(category, type.toLowerCase(), code);
    }
  }
});

test("the README and --help name the same exit codes", () => {
  const table = rows.filter(([first = ""]) => /^\d/.test(first)).map((cells) => cells.join(" "));
  const help = EXIT_CODES.split("\n").slice(1);
  assert.deepEqual(
    table,
    help.map((line) => line.trim().replace("  ", " ")),
  );
});

test("every option that the README uses exists", { timeout: 60_000 }, async () => {
  const used = new Map<string, Set<string>>();
  for (const [, command = "", rest = ""] of readme.matchAll(
    /kms-app-token (token|jwt|revoke|sandbox|demo)\b([^\n|)#]*)/g,
  )) {
    const options = used.get(command) ?? new Set();
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) options.add(option);
    used.set(command, options);
  }
  assert.ok((used.get("token")?.size ?? 0) >= 4);
  for (const [command, options] of used) {
    const { stdout } = await runCli([command, "--help"], {});
    for (const option of options)
      assert.ok(stdout.includes(`${option} `) || option === "--help", `${command} ${option}`);
  }
});

test("the changelog knows the version", async () => {
  const changelog = await readFile(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
  assert.ok(changelog.includes(`## ${VERSION}`));
});
