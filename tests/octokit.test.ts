import assert from "node:assert/strict";
import { test } from "node:test";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { createFixture, thrownBy } from "./fixture.ts";

test("createJwt() serves @octokit/auth-app in place of a private key", async () => {
  const { app, sandbox } = await createFixture();
  const octokit = new Octokit({
    authStrategy: createAppAuth,
    auth: { appId: sandbox.world.app.clientId, createJwt: app.createJwt, installationId: 1001 },
    request: { fetch: sandbox.fetch },
  });
  const { data: installation } = await octokit.request("GET /app");
  assert.equal(installation?.slug, "sandbox-app");
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/contents/{path}", {
    owner: "octo-org",
    repo: "hello",
    path: "README.md",
  });
  assert.ok("content" in data && atob(data.content) === "# hello\n");
  assert.equal(sandbox.requests.filter(({ operation }) => operation === "Sign").length, 1);
});

test("createJwt() follows the time difference that auth-app measures", async () => {
  const { app, sandbox, notices } = await createFixture({
    sandbox: { world: { clockOffsetSeconds: -900 } },
  });
  const { jwt, expiresAt } = await app.createJwt(sandbox.world.app.clientId, -900);
  const { iat } = JSON.parse(atob(jwt.split(".")[1] ?? "")) as { iat: number };
  assert.ok(Math.abs(iat + 60 - (Date.now() / 1000 - 900)) < 5);
  assert.ok(Math.abs(Date.parse(expiresAt) - (Date.now() - 360_000)) < 5_000);
  assert.equal(sandbox.requests.length, 1);
  assert.equal(notices.length, 1);
});

test("createJwt() refuses to sign for another app", async () => {
  const { app } = await createFixture();
  assert.match(
    String(await thrownBy(() => app.createJwt("Iv23liAnotherOne"))),
    /another appId than the App of/,
  );
});
