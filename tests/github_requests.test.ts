import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp, InputError, revokeToken, type Signer, VERSION } from "../mod.ts";
import { createFixture, failureOf, json, QUICK, thrownBy } from "./fixture.ts";

const INSTALLATION = {
  id: 1,
  app_slug: "a",
  account: { login: "o" },
  target_type: "User",
  repository_selection: "all",
  permissions: {},
  html_url: "https://github.com/x",
};
const signer: Signer = () => Promise.resolve({ signature: new Uint8Array(256) });

interface Sent {
  url: string;
  headers: Record<string, string>;
}

/** An app whose requests are caught; `answer` may answer some. */
function catching(
  apiUrl: string | undefined,
  answer?: (url: string) => Response | undefined,
  userAgent?: string,
) {
  const sent: Sent[] = [];
  const app = createApp({
    appId: 1,
    signer,
    apiUrl,
    userAgent,
    retry: QUICK,
    fetch: (url, init) => {
      sent.push({ url, headers: init.headers });
      return Promise.resolve(answer?.(url) ?? json(INSTALLATION));
    },
  });
  return { app, sent };
}

test("every request names its API version and our version, and carries a bearer", async () => {
  const { app, sent } = catching(undefined, undefined, "my-bot/2.0");
  await app.findInstallation({ owner: "o" });
  const headers = sent[0]?.headers ?? {};
  assert.equal(headers.accept, "application/vnd.github+json");
  assert.equal(headers["x-github-api-version"], "2022-11-28");
  assert.equal(headers["user-agent"], `my-bot/2.0 kms-app-token/${VERSION}`);
  assert.match(headers.authorization ?? "", /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
});

test("apiUrl may be any base, with a trailing slash or without", async () => {
  const cases: [string | undefined, string][] = [
    [undefined, "https://api.github.com/users/o/installation"],
    ["", "https://api.github.com/users/o/installation"],
    ["https://api.github.com/", "https://api.github.com/users/o/installation"],
    ["https://ghe.example.com/api/v3", "https://ghe.example.com/api/v3/users/o/installation"],
    ["https://ghe.example.com/api/v3//", "https://ghe.example.com/api/v3/users/o/installation"],
    ["https://api.octo.ghe.com:8443", "https://api.octo.ghe.com:8443/users/o/installation"],
    ["http://localhost:3000/api/v3", "http://localhost:3000/api/v3/users/o/installation"],
  ];
  for (const [apiUrl, expected] of cases) {
    const { app, sent } = catching(apiUrl);
    await app.findInstallation({ owner: "o" });
    assert.equal(sent[0]?.url, expected);
  }
  for (const apiUrl of [
    "http://ghe.example.com/api/v3",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "api.github.com",
    "https://x:y@api.github.com",
    "file:///etc/passwd",
  ]) {
    assert.ok((await thrownBy(() => catching(apiUrl))) instanceof InputError, apiUrl);
  }
  assert.ok(
    (await thrownBy(() => catching(undefined, undefined, "evil\r\nheader: x"))) instanceof
      InputError,
  );
});

test("a redirect at the same origin is followed, as a renamed repository needs", async () => {
  const { app, transcript } = await createFixture();
  assert.equal((await app.findInstallation({ owner: "octo-org", repo: "hello-old" })).id, 1001);
  assert.deepEqual(transcript().slice(1), [
    "GET /repos/octo-org/hello-old/installation",
    "GET /repositories/5001/installation",
  ]);
});

test("no bearer ever follows a redirect to another origin", async () => {
  const targets = [
    "https://evil.example.com/x",
    "http://api.github.com/x",
    "https://api.github.com:444/x",
    "//evil.example.com/x",
  ];
  for (const location of targets) {
    const { app, sent } = catching(
      undefined,
      () => new Response(null, { status: 302, headers: { location } }),
    );
    const error = await failureOf(() => app.findInstallation({ owner: "o" }));
    assert.equal(error.code, "github_bad_response");
    assert.match(error.message, /credentials are not sent elsewhere/);
    assert.equal(sent.length, 1, location);
  }
  for (const headers of [
    {},
    { location: "http://[" },
    { location: "/users/o/installation" },
  ] as Record<string, string>[]) {
    const { app, sent } = catching(undefined, () => new Response(null, { status: 301, headers }));
    const error = await failureOf(() => app.findInstallation({ owner: "o" }));
    assert.match(error.message, /redirects (nowhere|.* without end)/);
    assert.ok(sent.length <= 4);
  }
});

test("a token that is revoked goes to the given GitHub and nowhere else", async () => {
  const urls: string[] = [];
  const revoked = await revokeToken("ghs_x", {
    apiUrl: "https://ghe.example.com/api/v3/",
    fetch: (url, init) => {
      urls.push(`${init.method} ${url} ${init.headers.authorization}`);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  assert.equal(revoked, true);
  assert.deepEqual(urls, ["DELETE https://ghe.example.com/api/v3/installation/token Bearer ghs_x"]);
});
