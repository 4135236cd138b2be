import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { VERSION } from "../../mod.ts";
import type { SandboxWorld } from "../../src/sandbox/mod.ts";
import { privateKeyPem } from "../fixture.ts";
import { runCli, startCli, stop, until, withSandbox } from "./cli_process.ts";

const PATIENT = { timeout: 60_000 };
const TARGET = ["--repositories", "octo-org/hello", "--permissions", "contents:read"];

test("token prints a narrowed token and nothing else", PATIENT, async () => {
  await withSandbox({}, async (sandbox, env) => {
    const { code, stdout, stderr } = await runCli(["token", ...TARGET], env);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.match(stdout, /^ghs_[\w.-]+\n$/);
    assert.equal(sandbox.requests.length, 3);
    assert.equal(sandbox.requests[2]?.userAgent, `kms-app-token/${VERSION}`);
  });
});

test(
  "token takes every option from a flag or from the environment, the flag first",
  PATIENT,
  async () => {
    await withSandbox({}, async (sandbox, env) => {
      const byFlags = await runCli(
        [
          "token",
          "--client-id",
          "123456",
          "--kms-key-id",
          sandbox.keyArn,
          "--owner",
          "octo-org",
          "--repository-ids",
          "5001,5002",
          "--permissions",
          "issues:write",
          "--installation-id",
          "1001",
          "--format",
          "json",
          "--timeout",
          "30",
          "--github-api-url",
          env.GITHUB_API_URL ?? "",
          "--kms-endpoint",
          env.AWS_ENDPOINT_URL_KMS ?? "",
        ],
        {
          AWS_ACCESS_KEY_ID: env.AWS_ACCESS_KEY_ID ?? "",
          AWS_SECRET_ACCESS_KEY: env.AWS_SECRET_ACCESS_KEY ?? "",
          KMS_APP_TOKEN_CLIENT_ID: "Iv23liWrong",
          KMS_APP_TOKEN_FORMAT: "token",
        },
      );
      assert.equal(byFlags.stderr, "");
      const minted = JSON.parse(byFlags.stdout);
      assert.deepEqual(minted.permissions, { issues: "write", metadata: "read" });
      assert.deepEqual(
        minted.repositories.map(({ name }: { name: string }) => name),
        ["hello", "world"],
      );
      assert.equal(minted.installationId, 1001);
      assert.equal(minted.keyArn, sandbox.keyArn);

      const byEnv = await runCli(["token"], {
        ...env,
        KMS_APP_TOKEN_OWNER: "octo-org",
        KMS_APP_TOKEN_REPOSITORIES: "hello\nworld\n",
        KMS_APP_TOKEN_PERMISSIONS: "contents: read",
        KMS_APP_TOKEN_FORMAT: "env",
        KMS_APP_TOKEN_ENTERPRISE: "",
        KMS_APP_TOKEN_INSTALLATION_ID: "",
        AWS_SESSION_TOKEN: "",
      });
      assert.equal(byEnv.stderr, "");
      assert.match(byEnv.stdout, /^GITHUB_TOKEN=ghs_[\w.-]+\n$/);
    });
  },
);

test(
  "every bad input ends in one line that says what to change, with its exit code and no stack",
  PATIENT,
  async () => {
    const cases: [string[], Record<string, string>, number, RegExp][] = [
      [
        ["token", ...TARGET, "--kms-key-id", "arn:aws:kms:eu-west-1:1:key/x"],
        {},
        2,
        /the ARN of either \(arn:aws:kms:/,
      ],
      [
        ["token", ...TARGET],
        { AWS_REGION: "" },
        3,
        /pass a key ARN or set AWS_REGION \[aws_region_missing\]/,
      ],
      [
        ["token", ...TARGET],
        { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
        3,
        /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/,
      ],
      [
        ["token", ...TARGET],
        { KMS_APP_TOKEN_CLIENT_ID: "", KMS_APP_TOKEN_KMS_KEY_ID: "" },
        2,
        /Missing: --client-id \(or KMS_APP_TOKEN_CLIENT_ID\) and --kms-key-id \(or KMS_APP_TOKEN_KMS_KEY_ID\)/,
      ],
      [["token"], {}, 2, /Cannot tell whose token/],
      [
        ["token", "--owner", "octo-org", "--repositories", ""],
        {},
        2,
        /--repositories: its value is empty/,
      ],
      [
        ["token", "--owner", "octo-org", "--repositories", " , "],
        {},
        2,
        /GitHub would grant all of them/,
      ],
      [
        ["token", "--owner", "octo-org", "--repositories", "octocat/dotfiles"],
        {},
        2,
        /it is not of octo-org/,
      ],
      [
        ["token", "--owner", "octo-org", "--permissions", "content:read"],
        {},
        4,
        /did you mean contents\?/,
      ],
      [
        ["token", "--owner", "octo-org", "--permissions", "contents:all"],
        {},
        2,
        /"all" is no level/,
      ],
      [
        ["token", "--owner", "octo-org", "--installation-id", "x"],
        {},
        2,
        /--installation-id "x": give a whole number from 1/,
      ],
      [
        ["token", ...TARGET, "--github-api-url", "http://example.com"],
        {},
        2,
        /only https is safe for credentials/,
      ],
      [
        ["token", ...TARGET],
        { AWS_ENDPOINT_URL_KMS: "http://kms.example.com" },
        2,
        /KMS endpoint http:\/\/kms\.example\.com: only https/,
      ],
      [["token", ...TARGET, "--format", "yaml"], {}, 2, /give token, json, env/],
      [["token", ...TARGET, "--timeout", "0"], {}, 2, /--timeout "0"/],
      [["token", ...TARGET, "--client-id", "999"], {}, 4, /knows no app 999/],
      [["token", "--owner", "nobody"], {}, 4, /not installed on nobody; install it: https:/],
      [["token", ...TARGET, "extra"], {}, 2, /too many arguments/],
      [["token", ...TARGET, "--bogus"], {}, 2, /unknown option '--bogus'/],
      [["tokn"], {}, 2, /unknown command 'tokn'/],
      [["revoke"], { GITHUB_TOKEN: "ghs_theJobsOwn" }, 2, /no token on standard input/],
      [["revoke", "--env", "NO_SUCH"], {}, 2, /the variable NO_SUCH is not set/],
      [
        ["revoke", "--env", "ghs_tokenInTheWrongPlace"],
        {},
        2,
        /the name of a variable, not a token/,
      ],
      [["revoke", "ghs_tokenInTheWrongPlace"], {}, 2, /gh\?_\*\*\*/],
      [
        ["token", "--token=ghs_tokenInTheWrongPlace"],
        {},
        2,
        /unknown option '--token=gh\?_\*\*\*'/,
      ],
      [["token", ...TARGET, "--format", "constructor"], {}, 2, /give token, json, env/],
      [["token", ...TARGET, "--timeout", "9999999"], {}, 2, /from 1 to 3600/],
      [
        ["token", ...TARGET, "--kms-key-id", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
        {},
        2,
        /Cannot use KMS key: give/,
      ],
      [["sandbox", "--clock-offset", "x"], {}, 2, /from -315360000 to 315360000/],
      [["sandbox", "--private-key", "package.json"], {}, 2, /give the whole PEM/],
      [["sandbox", "--port", "99999"], {}, 2, /the highest is 65535/],
      [
        ["sandbox", "--port", "0", "--private-key", "no-such.pem"],
        {},
        2,
        /Cannot read --private-key no-such\.pem: ENOENT/,
      ],
    ];
    await withSandbox({}, async (_, env) => {
      for (const [args, change, expected, message] of cases) {
        const { code, stdout, stderr } = await runCli(args, { ...env, ...change });
        const shown = `${args.join(" ")}: ${stderr}`;
        assert.match(stderr, message, shown);
        assert.equal(code, expected, shown);
        assert.equal(stdout, "", shown);
        const lines = stderr
          .trimEnd()
          .split("\n")
          .filter((line) => !line.startsWith("notice: "));
        assert.equal(lines.filter((line) => line.startsWith("error: ")).length, 1, shown);
        assert.ok(lines.length <= 2 && !/^\s+at /m.test(stderr), shown);
        assert.ok(
          !stderr.includes(env.AWS_SECRET_ACCESS_KEY ?? "?") && !stderr.includes("ghs_"),
          shown,
        );
      }
    });
  },
);

test("a disabled key and a wrong app end in one line each", PATIENT, async () => {
  const cases: [Partial<SandboxWorld["key"]>, number, RegExp][] = [
    [
      { state: "Disabled" },
      3,
      /^error: .*enable-key.*\[kms_key_disabled, request [0-9a-f-]{36}\]\n$/,
    ],
    [
      { origin: "AWS_KMS" },
      4,
      /^error: .*this key's is SHA256:.*\[app_key_mismatch, request [0-9a-f-]{36}\]\n$/,
    ],
  ];
  await withSandbox({}, async (sandbox, env) => {
    const key = { ...sandbox.world.key };
    for (const [change, expected, line] of cases) {
      sandbox.world.key = { ...key, ...change };
      const { code, stderr } = await runCli(["token", ...TARGET], env);
      assert.match(stderr, line);
      assert.equal(code, expected);
    }
  });
});

test(
  "a clock ten minutes off, and a GitHub that fails twice, end in a token with one notice",
  PATIENT,
  async () => {
    await withSandbox({ world: { clockOffsetSeconds: -600 } }, async (_, env) => {
      const { code, stdout, stderr } = await runCli(["token", ...TARGET], env);
      assert.match(stderr, /^notice: The clock of this machine is \d+ s ahead of AWS;.*\n$/);
      assert.match(stdout, /^ghs_/);
      assert.equal(code, 0);
    });
    await withSandbox({}, async (sandbox, env) => {
      sandbox.fail({ service: "github", kind: "server_error", times: 2 });
      const { code, stdout, stderr } = await runCli(["token", ...TARGET], env);
      assert.match(
        stderr,
        /^notice: GitHub GET \/repos\/octo-org\/hello\/installation answered 502.*trying again.*\n$/,
      );
      assert.match(stdout, /^ghs_/);
      assert.equal(code, 0);
    });
  },
);

test("what cannot be reached ends in exit code 5", PATIENT, async () => {
  await withSandbox({}, async (_, env) => {
    const { code, stderr } = await runCli(["token", ...TARGET], {
      ...env,
      GITHUB_API_URL: "http://127.0.0.1:9",
    });
    assert.match(stderr, /error: Cannot reach 127\.0\.0\.1:9: .*\[network_error\]\n$/);
    assert.equal(code, 5);
  });
});

test("revoke takes the token from standard input or a named variable", PATIENT, async () => {
  await withSandbox({}, async (sandbox, env) => {
    const mint = async () => (await runCli(["token", ...TARGET], env)).stdout;
    const piped = await mint();
    assert.deepEqual(await runCli(["revoke"], env, piped), {
      code: 0,
      stdout: "",
      stderr: "revoked\n",
    });
    assert.equal(sandbox.liveTokens, 0);
    assert.match((await runCli(["revoke"], env, piped)).stderr, /^already gone/);
    const named = (await mint()).trim();
    assert.deepEqual(await runCli(["revoke", "--env", "MY_TOKEN"], { ...env, MY_TOKEN: named }), {
      code: 0,
      stdout: "",
      stderr: "revoked\n",
    });
    assert.equal(sandbox.liveTokens, 0);
    const tooLong = await runCli(["revoke"], env, "x".repeat(100_000));
    assert.equal(tooLong.code, 2);
    assert.match(tooLong.stderr, /too long for a token/);
  });
});

test("jwt prints an app JWT", PATIENT, async () => {
  await withSandbox({}, async (sandbox, env) => {
    const { code, stdout, stderr } = await runCli(["jwt"], env);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    const answer = await sandbox.fetch("https://api.github.com/app", {
      headers: { authorization: `Bearer ${stdout.trim()}` },
    });
    assert.equal(answer.status, 200);
  });
});

test(
  "SIGINT and SIGTERM in the middle end at once, in one line, and leave no token",
  PATIENT,
  async () => {
    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      for (const path of ["/installation", "access_tokens"]) {
        await withSandbox({}, async (sandbox, env) => {
          sandbox.world.latencyMs = 150;
          const { child, outcome } = startCli(["token", ...TARGET], env);
          // The transcript names a request once it is answered; the next one is then under way.
          const before = path === "access_tokens" ? 2 : 1;
          await until(() => sandbox.requests.length >= before);
          await new Promise((done) => setTimeout(done, 50));
          stop(child, signal);
          const { code, stdout, stderr } = await outcome;
          assert.equal(stderr, `error: stopped by ${signal}\n`);
          assert.equal(code, expected);
          assert.equal(stdout, "");
          assert.equal(sandbox.liveTokens, 0);
        });
      }
    }
  },
);

test("revoke waiting for standard input ends on SIGINT", PATIENT, async () => {
  const { child, outcome } = startCli(["revoke"], {}, null);
  await new Promise((done) => setTimeout(done, 400));
  stop(child, "SIGINT");
  assert.deepEqual(await outcome, { code: 130, stdout: "", stderr: "error: stopped by SIGINT\n" });
});

test("--help for a reader who has gone is no fault", PATIENT, async () => {
  const { child, outcome } = startCli(["--help"], {});
  child.stdout?.destroy();
  const { stderr } = await outcome;
  assert.equal(stderr, "");
});

test("a token that nobody can take is revoked", PATIENT, async () => {
  await withSandbox({ world: { latencyMs: 60 } }, async (sandbox, env) => {
    const { child, outcome } = startCli(["token", ...TARGET], env);
    child.stdout?.destroy();
    const { code, stderr } = await outcome;
    assert.match(stderr, /^error: Cannot write the result: standard output is closed/);
    assert.equal(code, 2);
    assert.equal(sandbox.requests.at(-1)?.path, "/installation/token");
    assert.equal(sandbox.liveTokens, 0);
  });
});

test(
  "sandbox serves what it says, with a key of one's own, until it is stopped",
  PATIENT,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kms-app-token-"));
    const started: ReturnType<typeof startCli>["child"][] = [];
    try {
      const file = join(folder, "app.private-key.pem");
      await writeFile(file, await privateKeyPem());
      const server = startCli(
        ["sandbox", "--port", "0", "--private-key", file, "--clock-offset", "-600"],
        {},
      );
      started.push(server.child);
      await until(() => server.printed().includes("Stop it"));
      assert.match(server.printed(), /whoever reaches this port signs as the app of /);
      assert.ok(!server.printed().includes("nothing in it is a secret"));
      const env = Object.fromEntries(
        [...server.printed().matchAll(/^export (\w+)='([^']*)'$/gm)].map(
          ([, name = "", value = ""]) => [name, value],
        ),
      );
      assert.equal(Object.keys(env).length, 10);
      const minted = await runCli(["token", ...TARGET], env);
      assert.match(minted.stdout, /^ghs_/);
      assert.match(minted.stderr, /ahead of AWS/);
      const port = new URL(env.GITHUB_API_URL ?? "").port;
      const second = await runCli(["sandbox", "--port", port], {});
      assert.match(second.stderr, new RegExp(`Cannot listen on port ${port}: it is in use`));
      assert.equal(second.code, 2);
      stop(server.child, "SIGINT");
      assert.equal((await server.outcome).code, 0);
    } finally {
      for (const child of started) child.kill();
      await rm(folder, { recursive: true });
    }
  },
);

test("demo mints, uses and revokes a token, each step with its duration", PATIENT, async () => {
  const { code, stdout, stderr } = await runCli(["demo"], {});
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const steps = stdout.split("\n").filter((line) => /^ *\d+\.\d ms {2}/.test(line));
  assert.equal(steps.length, 8);
  assert.match(steps[4] ?? "", /200/);
  assert.match(steps[5] ?? "", /404: the token is narrowed/);
  assert.match(steps[7] ?? "", /401: the token is gone/);
  assert.match(stdout, /^1 KMS signature for everything above/m);
});

test("--help names the exit codes, --version the version", PATIENT, async () => {
  const help = await runCli(["--help"], {});
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Exit codes:\n {2}0 {2}done/);
  const token = await runCli(["token", "--help"], {});
  assert.match(token.stdout, /--kms-key-id <key>.*\[env\s+KMS_APP_TOKEN_KMS_KEY_ID\]/s);
  assert.deepEqual(await runCli(["--version"], {}), {
    code: 0,
    stdout: `${VERSION}\n`,
    stderr: "",
  });
  const nothing = await runCli([], {});
  assert.equal(nothing.code, 2);
  assert.match(nothing.stderr, /Usage: kms-app-token/);
});
