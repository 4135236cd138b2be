import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, revokeToken, type TokenOptions } from "../mod.ts";
import { createFixture, failureOf, json, QUICK, thrownBy } from "./fixture.ts";

async function statusWith(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  token: string,
  path: string,
): Promise<number> {
  const answer = await fetch(`https://api.github.com${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.status;
}

test("createToken() makes three requests: Sign, look-up, mint", async () => {
  const { app, sandbox, transcript } = await createFixture();
  const minted = await app.createToken({
    repositories: ["octo-org/hello"],
    permissions: { contents: "read" },
  });
  assert.deepEqual(transcript(), [
    "KMS Sign",
    "GET /repos/octo-org/hello/installation",
    "POST /app/installations/1001/access_tokens",
  ]);
  assert.deepEqual(JSON.parse(sandbox.requests[2]?.body ?? ""), {
    repositories: ["hello"],
    permissions: { contents: "read" },
  });
  const { token, expiresAt, kmsRequestId, ...rest } = minted;
  assert.match(token, /^ghs_/);
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 3_600_000) < 5_000, expiresAt);
  assert.equal(typeof kmsRequestId, "string");
  assert.deepEqual(rest, {
    installationId: 1001,
    appSlug: "sandbox-app",
    owner: "octo-org",
    permissions: { contents: "read", metadata: "read" },
    repositorySelection: "selected",
    repositories: [{ id: 5001, name: "hello", fullName: "octo-org/hello" }],
    keyArn: sandbox.keyArn,
  });
});

test("createToken() makes two requests when the installation id is given", async () => {
  const { app, transcript } = await createFixture();
  const { appSlug, owner } = await app.createToken({
    installationId: 1002,
    permissions: { contents: "read" },
  });
  assert.deepEqual(transcript(), ["KMS Sign", "POST /app/installations/1002/access_tokens"]);
  assert.equal(appSlug, undefined);
  assert.equal(owner, undefined);
});

test("createToken() asks for exactly what its options say", async () => {
  const cases: [TokenOptions, string, unknown][] = [
    [{ owner: "octo-org" }, "GET /users/octo-org/installation", undefined],
    [{ owner: "octocat" }, "GET /users/octocat/installation", undefined],
    [
      { owner: "Octo-Org", repositories: ["world", "hello"] },
      "GET /repos/Octo-Org/world/installation",
      { repositories: ["world", "hello"] },
    ],
    [
      { repositories: ["octo-org/hello", "OCTO-ORG/Hello", "world"] },
      "GET /repos/octo-org/Hello/installation",
      { repositories: ["Hello", "world"] },
    ],
    [
      { owner: "octo-org", repositoryIds: [5002] },
      "GET /users/octo-org/installation",
      { repository_ids: [5002] },
    ],
    [{ enterprise: "octo-enterprise" }, "GET /enterprises/octo-enterprise/installation", undefined],
    [
      { owner: "octo-org", permissions: { issues: "read" } },
      "GET /users/octo-org/installation",
      { permissions: { issues: "read" } },
    ],
  ];
  for (const [options, lookUp, body] of cases) {
    const { app, sandbox, transcript } = await createFixture();
    await app.createToken(options);
    assert.equal(transcript()[1], lookUp);
    const sent = sandbox.requests[2]?.body;
    assert.deepEqual(
      sent === undefined ? undefined : JSON.parse(sent),
      body,
      JSON.stringify(options),
    );
  }
});

test("createToken() refuses what can never work, before anything is sent", async () => {
  const many = Array.from({ length: 501 }, (_, index) => `repo-${index}`);
  const cases: [TokenOptions, RegExp][] = [
    [{}, /give an owner/],
    [{ repositories: ["hello"] }, /<owner>\/<name> as repositories/],
    [{ owner: "octo-org", repositories: [] }, /GitHub would grant all of them/],
    [{ owner: "octo-org", repositoryIds: [] }, /GitHub would grant all of them/],
    [{ owner: "octo-org", permissions: {} }, /GitHub would grant all the installation has/],
    [{ owner: "octo-org", repositories: ["octocat/dotfiles"] }, /not of octo-org/],
    [{ repositories: ["octo-org/hello", "octocat/dotfiles"] }, /one token covers one owner/],
    [{ owner: "octo-org", repositories: ["a/b/c"] }, /<owner>\/<name>/],
    [{ owner: "octo-org", repositories: [".."] }, /repository "\.\."/],
    [{ owner: "octo-org", repositories: [""] }, /repository ""/],
    [{ owner: "octo-org", repositories: many }, /500 at most/],
    [{ owner: "octo-org", repositories: ["hello"], repositoryIds: [5001] }, /one of them/],
    [{ owner: "octo-org", repositoryIds: [1.5] }, /whole number/],
    [{ owner: "octo org" }, /login of a user or organization/],
    [{ owner: "../octo-org" }, /login of a user or organization/],
    [{ owner: "" }, /login of a user or organization/],
    [
      { owner: "octo-org", enterprise: "octo-enterprise" },
      /enterprise and an owner or repositories together/,
    ],
    [{ enterprise: "octo/enterprise" }, /slug/],
    [{ owner: "octo-org", repositories: ["hello"], installationId: 0 }, /installation id 0/],
    [{ owner: "octo-org", installationId: 1002 }, /leave one out/],
    [
      { owner: "octo-org", permissions: { contents: "maintain" } },
      /"maintain" is no level \(read, write, admin\)/,
    ],
    [
      { owner: "octo-org", permissions: { "pull-requests": "read" } },
      /in lower case with underscores/,
    ],
  ];
  for (const [options, message] of cases) {
    const { app, transcript } = await createFixture();
    const error = await thrownBy(() => app.createToken(options));
    assert.ok(
      error instanceof InputError && error instanceof TypeError,
      JSON.stringify(options).slice(0, 80),
    );
    assert.match(error.message, message);
    assert.deepEqual(transcript(), []);
  }
});

test("one App signs once for a hundred tokens", async () => {
  const { app, sandbox } = await createFixture();
  const tokens = await Promise.all(
    Array.from({ length: 100 }, () => app.createToken({ owner: "octo-org" })),
  );
  assert.equal(new Set(tokens.map(({ token }) => token)).size, 100);
  assert.equal(sandbox.requests.filter(({ operation }) => operation === "Sign").length, 1);
  assert.equal(sandbox.requests.length, 201);
});

test("tokens of both formats work, and are narrowed for real", async () => {
  for (const tokenFormat of ["classic", "stateless"] as const) {
    const { app, sandbox } = await createFixture({ sandbox: { world: { tokenFormat } } });
    const { token } = await app.createToken({
      repositories: ["octo-org/hello"],
      permissions: { contents: "read" },
    });
    assert.equal(token.length > 400, tokenFormat === "stateless");
    const read = (repository: string) =>
      statusWith(sandbox.fetch, token, `/repos/octo-org/${repository}/contents/README.md`);
    assert.equal(await read("hello"), 200);
    assert.equal(await read("world"), 404);
    const list = await sandbox.fetch("https://api.github.com/installation/repositories", {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(((await list.json()) as { total_count: number }).total_count, 1);
    const other = await app.createToken({
      repositories: ["octo-org/hello"],
      permissions: { issues: "write" },
    });
    assert.equal(
      await statusWith(sandbox.fetch, other.token, "/repos/octo-org/hello/contents/README.md"),
      403,
    );
  }
});

test("revokeToken() ends a token, and tells when it was gone already", async () => {
  const { app, sandbox } = await createFixture();
  const { token } = await app.createToken({ owner: "octo-org" });
  assert.equal(sandbox.liveTokens, 1);
  assert.equal(await app.revokeToken(token), true);
  assert.equal(sandbox.liveTokens, 0);
  assert.equal(await app.revokeToken(token), false);
  assert.equal(await revokeToken("ghs_unknown", { fetch: sandbox.fetch }), false);
  for (const empty of ["", "two words", "line\nbreak"]) {
    assert.ok((await thrownBy(() => app.revokeToken(empty))) instanceof InputError);
  }
});

/** A fixture whose GitHub answers a mint with what it was asked for, changed by `change`. */
async function widening(change: (grant: Record<string, unknown>) => void) {
  const fixture = await createFixture({
    app: {
      fetch: async (url, init) => {
        const answer = await fixture.sandbox.fetch(url, init);
        if (!url.endsWith("/access_tokens")) return answer;
        const grant = (await answer.json()) as Record<string, unknown>;
        change(grant);
        return json(grant, 201);
      },
    },
  });
  return fixture;
}

const HELLO = { id: 5001, name: "hello", full_name: "octo-org/hello" };
const WORLD = { id: 5002, name: "world", full_name: "octo-org/world" };

test("a token wider than asked for is revoked and not handed over", async () => {
  const asked: TokenOptions = {
    owner: "octo-org",
    repositories: ["hello"],
    permissions: { contents: "read" },
  };
  const cases: [TokenOptions, Record<string, unknown>, RegExp][] = [
    [
      asked,
      { permissions: { contents: "write", metadata: "read" } },
      /contents: write instead of read/,
    ],
    [
      asked,
      { permissions: { contents: "read", issues: "read" } },
      /issues: read instead of nothing/,
    ],
    [
      asked,
      { permissions: { contents: "read", metadata: "write" } },
      /metadata: write instead of nothing/,
    ],
    [asked, { permissions: { contents: "maintain" } }, /contents: admin instead of read/],
    [asked, { repositories: [HELLO, WORLD] }, /repository octo-org\/world/],
    [asked, { repository_selection: "all" }, /all repositories/],
    [asked, { repositories: undefined }, /does not name/],
    [
      { owner: "octo-org", repositoryIds: [5001] },
      { repositories: [{ ...HELLO, id: 6666 }] },
      /repository octo-org\/hello/,
    ],
    [
      { ...asked, installationId: 1001 },
      { repositories: [{ ...HELLO, full_name: "other-org/hello" }] },
      /other-org\/hello/,
    ],
  ];
  for (const [options, change, message] of cases) {
    const { app, sandbox, transcript } = await widening((grant) => Object.assign(grant, change));
    const error = await failureOf(() => app.createToken(options));
    assert.equal(error.code, "token_wider_than_requested", JSON.stringify(change));
    assert.match(error.message, message);
    assert.equal(transcript().at(-1), "DELETE /installation/token");
    assert.equal(sandbox.liveTokens, 0);
  }
});

test("a repository that moved to another owner is not followed there", async () => {
  const fixture = await createFixture({
    app: {
      fetch: async (url, init) => {
        const moved = url.replace("/repos/octo-org/moved/", "/repos/octocat/dotfiles/");
        return await fixture.sandbox.fetch(moved, init);
      },
    },
  });
  const error = await failureOf(() =>
    fixture.app.createToken({ repositories: ["octo-org/moved"] }),
  );
  assert.equal(error.code, "repository_not_accessible");
  assert.match(error.message, /Cannot mint for octo-org: installation 1002 is on octocat/);
  assert.equal(
    fixture.transcript().some((line) => line.startsWith("POST")),
    false,
  );
});

test("a wide token that cannot be revoked is still reported as wide, and the token told of", async () => {
  const { app, sandbox, notices } = await widening((grant) =>
    Object.assign(grant, { permissions: { contents: "write" } }),
  );
  sandbox.fail({
    service: "github",
    match: "/installation/token",
    kind: "server_error",
    times: 99,
  });
  const error = await failureOf(() =>
    app.createToken({ owner: "octo-org", permissions: { contents: "read" } }),
  );
  assert.equal(error.code, "token_wider_than_requested");
  assert.equal(notices.at(-1)?.code, "token_left");
  assert.match(notices.at(-1)?.message ?? "", /may stay valid for an hour: GitHub DELETE/);
});

test("an app whose key is put right works without a restart", async () => {
  const { app, sandbox } = await createFixture();
  sandbox.world.key.origin = "AWS_KMS";
  assert.equal(
    (await failureOf(() => app.createToken({ owner: "octo-org" }))).code,
    "app_key_mismatch",
  );
  sandbox.world.key.origin = "EXTERNAL";
  assert.match((await app.createToken({ owner: "octo-org" })).token, /^ghs_/);
});

test("a token as narrow as asked for passes: metadata: read, other case, other order", async () => {
  const { app } = await widening((grant) =>
    Object.assign(grant, {
      repositories: [
        { ...WORLD, name: "World" },
        { ...HELLO, name: "HELLO" },
      ],
    }),
  );
  const { repositories } = await app.createToken({
    owner: "octo-org",
    repositories: ["hello", "world"],
    permissions: { contents: "read" },
  });
  assert.equal(repositories?.length, 2);
});

test("a token in an answer that is otherwise broken is revoked", async () => {
  const changes: Record<string, unknown>[] = [
    { expires_at: "soon" },
    { expires_at: undefined },
    { permissions: null },
    { repositories: "all" },
  ];
  for (const change of changes) {
    const { app, sandbox } = await widening((grant) => Object.assign(grant, change));
    const error = await failureOf(() => app.createToken({ owner: "octo-org" }));
    assert.equal(error.code, "github_bad_response", JSON.stringify(change));
    assert.equal(sandbox.liveTokens, 0);
  }
});

test("a token that GitHub does not know yet is revoked as soon as it does", async () => {
  const { app, sandbox, transcript } = await widening((grant) =>
    Object.assign(grant, { permissions: { contents: "write" } }),
  );
  sandbox.world.replicationMs = 250;
  const error = await failureOf(() =>
    app.createToken({ owner: "octo-org", permissions: { contents: "read" } }),
  );
  assert.equal(error.code, "token_wider_than_requested");
  assert.equal(sandbox.liveTokens, 0);
  assert.ok(transcript().filter((line) => line.startsWith("DELETE")).length >= 2);
});

test("a mint that is given up ends at once, and its token is revoked when it arrives", async () => {
  const controller = new AbortController();
  const background: Promise<unknown>[] = [];
  const fixture = await createFixture({
    app: {
      waitUntil: (work) => void background.push(work),
      fetch: async (url, init) => {
        const answer = await fixture.sandbox.fetch(url, init);
        if (!url.endsWith("/access_tokens")) return answer;
        controller.abort(new Error("given up"));
        await new Promise((done) => setTimeout(done, 100));
        return answer;
      },
    },
  });
  const error = await thrownBy(() =>
    fixture.app.createToken({ owner: "octo-org", signal: controller.signal }),
  );
  assert.match(String(error), /given up/);
  assert.equal(fixture.sandbox.liveTokens, 1);
  assert.equal(background.length, 1);
  await Promise.all(background);
  assert.equal(fixture.sandbox.liveTokens, 0);
  assert.equal(fixture.transcript().at(-1), "DELETE /installation/token");
});

test("a mint that outlasts its attempt leaves one token, not two", async () => {
  const background: Promise<unknown>[] = [];
  let slow = true;
  const fixture = await createFixture({
    app: {
      retry: { ...QUICK, attemptTimeoutMs: 60 },
      waitUntil: (work) => void background.push(work),
      fetch: async (url, init) => {
        const answer = await fixture.sandbox.fetch(url, init);
        if (slow && url.endsWith("/access_tokens")) {
          slow = false;
          await new Promise((done) => setTimeout(done, 90));
        }
        return answer;
      },
    },
  });
  await fixture.app.createToken({ owner: "octo-org" });
  await Promise.all(background);
  assert.equal(fixture.transcript().filter((line) => line.startsWith("POST")).length, 2);
  assert.equal(fixture.sandbox.liveTokens, 1);
});

test("findInstallation() finds owners, repositories and enterprises", async () => {
  const { app } = await createFixture();
  const byOwner = await app.findInstallation({ owner: "octo-org" });
  assert.deepEqual(byOwner, {
    id: 1001,
    appSlug: "sandbox-app",
    owner: "octo-org",
    targetType: "Organization",
    repositorySelection: "selected",
    permissions: {
      contents: "write",
      issues: "write",
      members: "read",
      metadata: "read",
      pull_requests: "read",
    },
    htmlUrl: "https://github.com/organizations/octo-org/settings/installations/1001",
    suspendedAt: undefined,
    suspendedBy: undefined,
  });
  assert.equal((await app.findInstallation({ owner: "octo-org", repo: "world" })).id, 1001);
  assert.equal(
    (await app.findInstallation({ enterprise: "octo-enterprise" })).owner,
    "octo-enterprise",
  );
  assert.equal((await app.findInstallation({ owner: "sleepy-org" })).suspendedBy, "octo-admin");
  assert.ok((await thrownBy(() => app.findInstallation({ owner: "a/b" }))) instanceof InputError);
});
