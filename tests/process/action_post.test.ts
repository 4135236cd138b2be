import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sandbox } from "../../src/sandbox/mod.ts";
import { asState, type Job, withJob } from "./action_process.ts";
import { withSandbox } from "./cli_process.ts";

const PATIENT = { timeout: 120_000 };
const APP = { "client-id": "Iv23liSandboxClient1", "kms-key-id": "alias/github-app" };

/** Runs the main step, then hands its state to `work`. */
async function afterMain(
  inputs: Record<string, string>,
  work: (
    post: (change?: Record<string, string>) => Promise<{ code: number | null; stdout: string }>,
    sandbox: Sandbox,
    job: Job,
  ) => Promise<void>,
): Promise<void> {
  await withSandbox({}, async (sandbox, env) => {
    await withJob(env, async (job) => {
      const main = await job.start("main", { ...APP, ...inputs }).outcome;
      assert.equal(main.code, 0, main.stdout);
      const state = await job.written("state");
      const post = async (change: Record<string, string> = {}) =>
        await job.start("post", { ...APP, ...inputs }, { ...asState(state), ...change }).outcome;
      await work(post, sandbox, job);
    });
  });
}

test("the post step revokes the token, also with skip-token-revoke: false", PATIENT, async () => {
  for (const inputs of [{}, { "skip-token-revoke": "false" }] as Record<string, string>[]) {
    await afterMain(inputs, async (post, sandbox) => {
      assert.equal(sandbox.liveTokens, 1);
      assert.deepEqual(await post(), { code: 0, stdout: "Token revoked\n", stderr: "" });
      assert.equal(sandbox.liveTokens, 0);
    });
  }
});

test("with skip-token-revoke the token lives on", PATIENT, async () => {
  await afterMain({ "skip-token-revoke": "true" }, async (post, sandbox) => {
    const { code, stdout } = await post();
    assert.equal(code, 0);
    assert.equal(stdout, "No token to revoke\n");
    assert.equal(sandbox.liveTokens, 1);
  });
});

test("a token that is gone already is no warning", PATIENT, async () => {
  await afterMain({}, async (post) => {
    await post();
    const { code, stdout } = await post();
    assert.equal(code, 0);
    assert.equal(stdout, "The token was already gone: expired, or revoked by another step\n");
  });
});

test("an expired token is not revoked", PATIENT, async () => {
  await afterMain({}, async (post, sandbox) => {
    const before = sandbox.requests.length;
    const { code, stdout } = await post({ STATE_expiresAt: "2020-01-01T00:00:00Z" });
    assert.equal(code, 0);
    assert.equal(stdout, "The token has expired by itself\n");
    assert.equal(sandbox.requests.length, before);
  });
});

test("a revocation that meets a fault is tried again", PATIENT, async () => {
  await afterMain({}, async (post, sandbox) => {
    sandbox.fail({
      service: "github",
      match: "/installation/token",
      kind: "server_error",
      times: 2,
    });
    const { code, stdout } = await post();
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^::notice::GitHub DELETE \/installation\/token answered 502.*\nToken revoked\n$/,
    );
    assert.equal(sandbox.liveTokens, 0);
  });
});

test(
  "a revocation that fails is a warning with its reason, never a failed job",
  PATIENT,
  async () => {
    await afterMain({}, async (post, sandbox) => {
      sandbox.fail({
        service: "github",
        match: "/installation/token",
        kind: "server_error",
        times: 99,
      });
      const refused = await post();
      assert.equal(refused.code, 0);
      assert.match(
        refused.stdout,
        /^::warning::The token could not be revoked; it is valid until \d{4}-\S+Z: GitHub DELETE \/installation\/token answered 502/m,
      );
      const unreachable = await post({ STATE_apiUrl: "http://127.0.0.1:9" });
      assert.equal(unreachable.code, 0);
      assert.match(
        unreachable.stdout,
        /^::warning::The token could not be revoked; .*: Cannot reach 127\.0\.0\.1:9: \S+/m,
      );
    });
  },
);

test("without a main step that minted there is nothing to do", PATIENT, async () => {
  await withJob({}, async (job) => {
    const { code, stdout } = await job.start("post", APP).outcome;
    assert.equal(code, 0);
    assert.equal(stdout, "No token to revoke\n");
  });
});

test(
  "an exported AWS session is taken from the steps that are still to come",
  PATIENT,
  async () => {
    await withJob({}, async (job) => {
      const { code } = await job.start("post", APP, { STATE_exported: "true" }).outcome;
      assert.equal(code, 0);
      assert.deepEqual(await job.written("env"), {
        AWS_ACCESS_KEY_ID: "",
        AWS_SECRET_ACCESS_KEY: "",
        AWS_SESSION_TOKEN: "",
        AWS_CREDENTIAL_EXPIRATION: "",
      });
    });
  },
);
