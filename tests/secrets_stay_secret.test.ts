import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp, kmsSigner, type Notice, parsePermissions, revokeToken } from "../mod.ts";
import { baseUrl } from "../src/base_url.ts";
import { createSandbox, type SandboxFault } from "../src/sandbox/mod.ts";
import { privateKeyPem, QUICK, thrownBy } from "./fixture.ts";

const ACCESS_KEY_ID = "ASIAFIXTUREFIXTURE00";
const SECRET_ACCESS_KEY = "fixture/secret+access/key/0123456789abcd";
const SESSION_TOKEN = "fixture+session/token==0123456789";
const TOKEN = "ghs_fixtureTokenThatMustNeverBeSeen000000";

/** All that an error could show: its message, its stack, its causes, its fields. */
function everythingOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return String(error);
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    String(error),
    everythingOf(error.cause, depth + 1),
  ].join("\n");
}

/** A server that sends everything it received straight back, as careless proxies do. */
function echo(status: number, wrap: (text: string) => string) {
  return (url: string, init: RequestInit) => {
    const headers = [...new Headers(init.headers)]
      .map(([name, value]) => `${name}: ${value}`)
      .join(" ");
    return Promise.resolve(new Response(wrap(`${init.method} ${url} ${headers}`), { status }));
  };
}

test("no error and no notice ever holds a token, a JWT or an AWS secret", async () => {
  const pem = await privateKeyPem();
  const seen: string[] = [];
  const secrets = new Set([SECRET_ACCESS_KEY, SESSION_TOKEN, TOKEN]);
  const onNotice = (notice: Notice) => void seen.push(notice.message);
  const catchErrors = async (work: () => unknown) =>
    void seen.push(everythingOf(await thrownBy(work)));

  const build = (change: (sandbox: ReturnType<typeof createSandbox>) => void) => {
    const sandbox = createSandbox({
      privateKeyPem: pem,
      world: {
        principals: [
          {
            userName: "x",
            accessKeyId: ACCESS_KEY_ID,
            secretAccessKey: SECRET_ACCESS_KEY,
            sessionToken: SESSION_TOKEN,
            allowed: ["Sign"],
          },
        ],
      },
    });
    // The made-up token below is revoked like a real one.
    sandbox.fail({ service: "github", match: "/installation/token", kind: "answer", status: 204 });
    change(sandbox);
    const watch = async (url: string, init: RequestInit) => {
      const authorization = new Headers(init.headers).get("authorization") ?? "";
      secrets.add(authorization.replace(/^Bearer /, "").replace(/^AWS4.*Signature=/, ""));
      const answer = await sandbox.fetch(url, init);
      if (url.endsWith("/access_tokens"))
        secrets.add(
          (
            (await answer
              .clone()
              .json()
              .catch(() => ({}))) as { token?: string }
          ).token ?? TOKEN,
        );
      return answer;
    };
    const credentials = {
      accessKeyId: ACCESS_KEY_ID,
      secretAccessKey: SECRET_ACCESS_KEY,
      sessionToken: SESSION_TOKEN,
    };
    const shared = { fetch: watch, retry: QUICK, onNotice };
    return createApp({
      appId: 123456,
      signer: kmsSigner({ keyId: sandbox.keyArn, credentials, ...shared }),
      ...shared,
    });
  };

  const faults: SandboxFault[] = [
    ...(["kms", "github"] as const).flatMap((service) => [
      { service, kind: "throttle" as const, times: 9, retryAfterSeconds: 0 },
      { service, kind: "server_error" as const, times: 9 },
      { service, kind: "network_error" as const, times: 9 },
      { service, kind: "answer" as const, status: 401, body: "<html>" },
      {
        service,
        kind: "answer" as const,
        status: 301,
        headers: { location: "https://evil.example.com" },
      },
      { service, kind: "answer" as const, body: "{}" },
    ]),
    {
      service: "github",
      match: "access_tokens",
      kind: "answer",
      status: 201,
      body: JSON.stringify({ token: TOKEN, expires_at: "x" }),
    },
    {
      service: "github",
      match: "access_tokens",
      kind: "answer",
      status: 201,
      body: JSON.stringify({
        token: TOKEN,
        expires_at: "2030-01-01T00:00:00Z",
        permissions: { administration: "write" },
      }),
    },
    {
      service: "github",
      match: "access_tokens",
      kind: "answer",
      status: 422,
      body: JSON.stringify({ message: "no" }),
    },
  ];
  for (const fault of faults)
    await catchErrors(() =>
      build((sandbox) => sandbox.fail(fault)).createToken({
        owner: "octo-org",
        permissions: { contents: "read" },
      }),
    );
  for (const state of ["Disabled", "PendingImport", "PendingDeletion"] as const) {
    await catchErrors(() => build(({ world }) => Object.assign(world.key, { state })).jwt());
  }
  await catchErrors(() =>
    build(({ world }) => Object.assign(world.key, { origin: "AWS_KMS" })).createToken({
      owner: "octo-org",
    }),
  );
  await catchErrors(() => build(({ world }) => world.principals.splice(0)).jwt());

  const wraps = [
    (text: string) => text,
    (message: string) => JSON.stringify({ message, __type: "AccessDeniedException" }),
    (text: string) => JSON.stringify({ __type: text }),
  ];
  for (const wrap of wraps) {
    for (const status of [400, 401, 404, 422, 500]) {
      const fetch = echo(status, wrap);
      const credentials = {
        accessKeyId: ACCESS_KEY_ID,
        secretAccessKey: SECRET_ACCESS_KEY,
        sessionToken: SESSION_TOKEN,
      };
      const signer = kmsSigner({
        keyId: "alias/a",
        region: "eu-west-1",
        credentials,
        fetch,
        retry: QUICK,
        onNotice,
      });
      await catchErrors(() => signer("header.payload"));
      const stub = () =>
        Promise.resolve({ signature: new TextEncoder().encode(SECRET_ACCESS_KEY) });
      secrets.add(btoa(SECRET_ACCESS_KEY).replace(/=+$/, ""));
      await catchErrors(() =>
        createApp({ appId: 1, signer: stub, fetch, retry: QUICK, onNotice }).createToken({
          owner: "o",
        }),
      );
      if (status !== 401)
        await catchErrors(() => revokeToken(TOKEN, { fetch, retry: QUICK, onNotice }));
    }
  }
  await catchErrors(() => baseUrl(`https://user:${SECRET_ACCESS_KEY}@example.com`, "KMS endpoint"));
  await catchErrors(() =>
    kmsSigner({
      keyId: "alias/a",
      region: "eu-west-1",
      credentials: { accessKeyId: `${ACCESS_KEY_ID}\n`, secretAccessKey: SECRET_ACCESS_KEY },
    }),
  );
  await catchErrors(() => revokeToken(`${TOKEN}\n`, {}));
  await catchErrors(() => parsePermissions("contents"));

  assert.ok(seen.length > 60, `${seen.length} messages`);
  assert.ok(secrets.size > 6, `${secrets.size} secrets`);
  for (const secret of secrets) {
    if (secret.length < 8) continue;
    const leak = seen.find((text) => text.includes(secret));
    assert.equal(leak, undefined, `${secret.slice(0, 12)}… is in: ${leak?.slice(0, 300)}`);
  }
});
