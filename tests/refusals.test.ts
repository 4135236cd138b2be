import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode, TokenOptions } from "../mod.ts";
import type { SandboxWorld } from "../src/sandbox/mod.ts";
import { createFixture, failureOf, json } from "./fixture.ts";

test("each refusal of GitHub is told apart, with the link or the name that fixes it", async () => {
  const cases: [TokenOptions, ErrorCode, RegExp][] = [
    [
      { owner: "nobody" },
      "app_not_installed",
      /App sandbox-app is not installed on nobody; install it: https:\/\/github\.com\/apps\/sandbox-app\/installations\/new$/,
    ],
    [{ owner: "octo-orgg" }, "app_not_installed", /did you mean octo-org\?/],
    [{ repositories: ["nobody/hello"] }, "app_not_installed", /not installed on nobody;/],
    [
      { owner: "octo-org", repositories: ["unselected"] },
      "repository_not_installed",
      /installed on octo-org but has no access to unselected.*add it at https:\/\/github\.com\/organizations\/octo-org\/settings\/installations\/1001/,
    ],
    [
      { owner: "octo-org", repositories: ["hello", "helo", "wrld"] },
      "repository_not_accessible",
      /cannot access helo, wrld;/,
    ],
    [
      { owner: "octo-org", repositories: ["hello-old"] },
      "repository_not_accessible",
      /hello-old \(renamed or moved: use its new name\)/,
    ],
    [
      { owner: "octo-org", repositoryIds: [5001, 777] },
      "repository_not_accessible",
      /cannot access id 777;/,
    ],
    [
      { owner: "sleepy-org" },
      "installation_suspended",
      /suspended since 2026-01-02T03:04:05Z by octo-admin; lift it at https:/,
    ],
    [{ repositories: ["sleepy-org/dreams"] }, "installation_suspended", /by octo-admin/],
    [{ installationId: 1003 }, "installation_suspended", /by octo-admin/],
    [{ installationId: 99 }, "installation_not_found", /no installation 99/],
    [{ enterprise: "other" }, "enterprise_not_installed", /enterprise other/],
    [
      { owner: "octo-org", permissions: { members: "write", contents: "write", statuses: "read" } },
      "permission_not_granted",
      /\(members: asked write, has read; statuses: asked read, has none\)/,
    ],
    [
      { owner: "octo-org", permissions: { pull_request: "read" } },
      "permission_unknown",
      /did you mean pull_requests\?/,
    ],
  ];
  for (const [options, code, message] of cases) {
    const { app } = await createFixture();
    const error = await failureOf(() => app.createToken(options));
    assert.equal(error.code, code, error.message);
    assert.equal(error.category, "github");
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
  }
});

test("an app JWT that GitHub refuses is explained by cause", async () => {
  const foreignKey = ({ key }: SandboxWorld) => {
    key.origin = "AWS_KMS";
  };
  const foreignKeyUnseen = (world: SandboxWorld) => {
    foreignKey(world);
    for (const principal of world.principals) principal.allowed = ["Sign"];
  };
  const cases: [(world: SandboxWorld) => void, string | number | undefined, ErrorCode, RegExp][] = [
    [
      foreignKey,
      undefined,
      "app_key_mismatch",
      /this key's is SHA256:[A-Za-z0-9+/]{43}=.*import GitHub's/,
    ],
    [
      foreignKeyUnseen,
      undefined,
      "app_key_mismatch",
      /could not be read here; .*aws kms get-public-key/,
    ],
    [() => {}, 999, "app_unknown", /no app 999 at api\.github\.com/],
    [() => {}, "Iv23liSomebodyElse", "app_unknown", /no app Iv23liSomebodyElse/],
  ];
  for (const [change, appId, code, message] of cases) {
    const { app, sandbox } = await createFixture(appId === undefined ? {} : { app: { appId } });
    change(sandbox.world);
    const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, code, error.message);
    assert.equal(error.status, 401);
    assert.match(error.message, message);
  }
});

test("the other texts with which GitHub refuses a JWT have codes of their own", async () => {
  const cases: [string, ErrorCode][] = [
    ["'Issuer' claim ('iss') must be an Integer", "app_id_invalid"],
    ["Integration must generate a public key", "app_unknown"],
    ["'Expiration time' claim ('exp') is too far in the future", "github_clock_skew"],
    [
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued.",
      "github_clock_skew",
    ],
    ["Something new", "github_refused"],
  ];
  for (const [message, code] of cases) {
    const { app, sandbox } = await createFixture();
    sandbox.fail({
      service: "github",
      kind: "answer",
      status: 401,
      body: JSON.stringify({ message }),
    });
    const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, code);
  }
});

test("an unknown app is told from a missing installation, also when GitHub answers 404", async () => {
  const { app, sandbox } = await createFixture();
  const body = '{"message":"Integration not found"}';
  sandbox.fail({ service: "github", kind: "answer", status: 404, body });
  assert.equal(
    (await failureOf(() => app.findInstallation({ owner: "octo-org" }))).code,
    "app_unknown",
  );
});

test("a refusal nobody foresaw repeats GitHub's words, made harmless", async () => {
  const { app, sandbox } = await createFixture();
  const hostile = `line one\n::error::line two\u001b[31m\u202e ${"x".repeat(900)}`;
  sandbox.fail({
    service: "github",
    match: "access_tokens",
    kind: "answer",
    status: 418,
    body: JSON.stringify({ message: hostile }),
  });
  const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
  assert.equal(error.code, "github_refused");
  assert.equal(error.status, 418);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.ok(!/[\u0000-\u001f\u007f-\u009f\u202e]/.test(error.message));
  assert.ok(error.message.length < 600, `${error.message.length} characters`);
  assert.match(error.message, /418: line one ::error::line two \[31m x+…$/);
});

test("an answer that is not GitHub's says to check the API URL", async () => {
  for (const body of ["<html>sign in</html>", "", "[]", '{"id":"1001"}']) {
    const { app, sandbox } = await createFixture();
    sandbox.fail({ service: "github", match: "/installation", kind: "answer", status: 200, body });
    const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, "github_bad_response", body);
    assert.match(error.message, /https:\/\/<host>\/api\/v3/);
  }
});

test("a diagnosis that fails itself leaves the refusal standing", async () => {
  const { app } = await createFixture({
    app: {
      fetch: (url) =>
        Promise.resolve(
          url.endsWith("/nobody/installation")
            ? json({ message: "Not Found" }, 404)
            : json({}, 403),
        ),
    },
  });
  const error = await failureOf(() => app.findInstallation({ owner: "nobody" }));
  assert.equal(error.code, "app_not_installed");
  assert.match(error.message, /not installed on nobody; check/);
});
