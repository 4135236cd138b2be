import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsFromEnvironment, kmsSigner } from "../../mod.ts";
import type { Sandbox, SandboxWorld } from "../../src/sandbox/mod.ts";
import { failureOf } from "../fixture.ts";
import { type Job, withJob } from "./action_process.ts";
import { stop, until, withSandbox } from "./cli_process.ts";

const PATIENT = { timeout: 120_000 };
const APP = { "client-id": "Iv23liSandboxClient1", "kms-key-id": "alias/github-app" };
const ROLE = {
  "role-to-assume": "arn:aws:iam::111122223333:role/kms-app-token",
  "aws-region": "eu-west-1",
};

/** Environments of a job: one with AWS credentials, one with id-token permission alone. */
async function inJob(
  work: (job: Job, sandbox: Sandbox, withoutKeys: Record<string, string>) => Promise<void>,
): Promise<void> {
  await withSandbox({}, async (sandbox, env) => {
    const { KMS_APP_TOKEN_CLIENT_ID, KMS_APP_TOKEN_KMS_KEY_ID, ...runner } = env;
    assert.ok(KMS_APP_TOKEN_CLIENT_ID && KMS_APP_TOKEN_KMS_KEY_ID);
    const withoutKeys = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_REGION: "" };
    await withJob(runner, (job) => work(job, sandbox, withoutKeys));
  });
}

const calls = ({ requests }: Sandbox) =>
  requests.map(({ service, operation, method, path }) =>
    operation ? `${service} ${operation}` : `${service} ${method} ${path.split("?")[0]}`,
  );
const errorsIn = (stdout: string) =>
  stdout.split("\n").filter((line) => line.startsWith("::error::"));

test(
  "with a role the step makes five requests, masks every secret and sets every output",
  PATIENT,
  async () => {
    await inJob(async (job, sandbox, withoutKeys) => {
      const { code, stdout, stderr } = await job.start(
        "main",
        { ...APP, ...ROLE, permissions: "contents: read" },
        withoutKeys,
      ).outcome;
      assert.equal(stderr, "");
      assert.equal(code, 0, stdout);
      assert.deepEqual(calls(sandbox), [
        "actions GET /id-token",
        "sts AssumeRoleWithWebIdentity",
        "kms Sign",
        "github GET /repos/octo-org/hello/installation",
        "github POST /app/installations/1001/access_tokens",
      ]);
      const { token = "", ...output } = await job.written("output");
      assert.match(token, /^ghs_/);
      assert.ok(Math.abs(Date.parse(output["expires-at"] ?? "") - Date.now() - 3_600_000) < 60_000);
      delete output["expires-at"];
      assert.deepEqual(output, {
        "installation-id": "1001",
        "app-slug": "sandbox-app",
        permissions: '{"contents":"read","metadata":"read"}',
        repositories: '["octo-org/hello"]',
      });
      const masks = stdout.split("\n").filter((line) => line.startsWith("::add-mask::"));
      const masked = masks.map((line) => line.slice("::add-mask::".length));
      const [
        idToken = "",
        accessKeyId = "",
        secretAccessKey = "",
        sessionToken = "",
        jwt = "",
        ...rest
      ] = masked;
      const claimsOf = (text: string) =>
        JSON.parse(atob((text.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
      assert.equal(claimsOf(idToken).aud, "sts.amazonaws.com");
      assert.match(accessKeyId, /^ASIA/);
      assert.equal(claimsOf(jwt).iss, "Iv23liSandboxClient1");
      assert.deepEqual(rest, [token]);
      // The session that these are of can sign with the alias it was made for, and not as anything else.
      const session = { accessKeyId, secretAccessKey, sessionToken };
      const options = { region: "eu-west-1", credentials: session, fetch: sandbox.fetch };
      assert.equal(
        (await kmsSigner({ ...options, keyId: "alias/github-app" })("x.y")).signature.length,
        256,
      );
      const denied = await failureOf(() => kmsSigner({ ...options, keyId: sandbox.keyArn })("x.y"));
      assert.match(
        denied.message,
        /assumed-role\/kms-app-token\/kms-app-token-4711 .*session policy/,
      );
      assert.ok(!stdout.replaceAll(/^::add-mask::.*$/gm, "").includes(token));
      assert.match(stdout, /\nToken for 1 repository, good until \S+ \((Bun|Node) [\d.]+\)\n$/);
      const state = await job.written("state");
      assert.deepEqual(Object.keys(state).sort(), ["apiUrl", "expiresAt", "token"]);
      assert.match(sandbox.requests[4]?.userAgent ?? "", /^action kms-app-token\//);
    });
  },
);

test(
  "the token is masked before the state is saved, and that before the outputs are set",
  PATIENT,
  async () => {
    await inJob(async (job) => {
      // Without the files, @actions/core writes both as commands: their order shows.
      const { code, stdout } = await job.start("main", APP, { GITHUB_OUTPUT: "", GITHUB_STATE: "" })
        .outcome;
      assert.equal(code, 0, stdout);
      const token = /::set-output name=token::(.*)/.exec(stdout)?.[1] ?? "none";
      const order = ["::add-mask::", "::save-state name=token::", "::set-output name=token::"].map(
        (command) => stdout.indexOf(`${command}${token}`),
      );
      assert.ok(
        order.every((index) => index >= 0),
        stdout.replaceAll(token, "…"),
      );
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
    });
  },
);

test(
  "the defaults of owner and repositories are those of the actions people come from",
  PATIENT,
  async () => {
    const cases: [Record<string, string>, string, unknown][] = [
      [{}, "/repos/octo-org/hello/installation", { repositories: ["hello"] }],
      [{ owner: "octo-org" }, "/users/octo-org/installation", undefined],
      [{ owner: "octocat" }, "/users/octocat/installation", undefined],
      [
        { repositories: "hello,world" },
        "/repos/octo-org/hello/installation",
        { repositories: ["hello", "world"] },
      ],
      [
        { repositories: "world\nhello\n" },
        "/repos/octo-org/world/installation",
        { repositories: ["world", "hello"] },
      ],
      [
        { repositories: "octocat/dotfiles" },
        "/repos/octocat/dotfiles/installation",
        { repositories: ["dotfiles"] },
      ],
      [
        { owner: "octocat", repositories: "dotfiles" },
        "/repos/octocat/dotfiles/installation",
        { repositories: ["dotfiles"] },
      ],
      [{ enterprise: "octo-enterprise" }, "/enterprises/octo-enterprise/installation", undefined],
    ];
    for (const [inputs, path, body] of cases) {
      await inJob(async (job, sandbox) => {
        const { code, stdout } = await job.start("main", { ...APP, ...inputs }).outcome;
        assert.equal(code, 0, stdout);
        assert.equal(sandbox.requests.length, 3);
        assert.equal(sandbox.requests[1]?.path, path);
        const sent = sandbox.requests[2]?.body;
        assert.deepEqual(
          sent === undefined ? undefined : JSON.parse(sent),
          body,
          JSON.stringify(inputs),
        );
        if (body === undefined) assert.equal((await job.written("output")).repositories, '"all"');
      });
    }
  },
);

test(
  "installation-id saves the look-up and is narrowed to this repository by its id",
  PATIENT,
  async () => {
    await inJob(async (job, sandbox) => {
      const { code, stdout } = await job.start("main", { ...APP, "installation-id": "1001" })
        .outcome;
      assert.equal(code, 0, stdout);
      assert.deepEqual(calls(sandbox), [
        "kms Sign",
        "github POST /app/installations/1001/access_tokens",
      ]);
      assert.deepEqual(JSON.parse(sandbox.requests[1]?.body ?? ""), { repository_ids: [5001] });
      assert.match(stdout, /^::notice::app-slug is empty/m);
      assert.equal((await job.written("output"))["app-slug"], "");
    });
    await inJob(async (job) => {
      const { code, stdout } = await job.start("main", { ...APP, "installation-id": "1002" })
        .outcome;
      assert.equal(code, 1);
      assert.match(errorsIn(stdout).join(), /cannot access id 5001;.*\[repository_not_accessible/);
    });
  },
);

test(
  "either id, every input of the seed's action, and the permission inputs work",
  PATIENT,
  async () => {
    await inJob(async (job, sandbox) => {
      const { code, stdout } = await job.start("main", {
        "app-id": " 123456\n",
        "kms-key-id": sandbox.keyArn,
        owner: "octo-org",
        repositories: "hello, world",
        "skip-token-revoke": "true",
        "github-api-url": "",
        "permission-issues": "write",
        "permission-pull-requests": "read",
        permissions: "contents: read",
      }).outcome;
      assert.equal(code, 0, stdout);
      assert.deepEqual(JSON.parse(sandbox.requests[2]?.body ?? "").permissions, {
        contents: "read",
        issues: "write",
        pull_requests: "read",
      });
      assert.equal((await job.written("state")).token, undefined);
    });
  },
);

test("git-identity gives the app's name and e-mail address for commits", PATIENT, async () => {
  for (const [inputs, requests] of [
    [{}, 4],
    [{ "installation-id": "1001" }, 4],
  ] as [Record<string, string>, number][]) {
    await inJob(async (job, sandbox) => {
      const { code, stdout } = await job.start("main", {
        ...APP,
        "git-identity": "true",
        ...inputs,
      }).outcome;
      assert.equal(code, 0, stdout);
      const output = await job.written("output");
      assert.equal(output["app-slug"], "sandbox-app");
      assert.equal(output["git-user-name"], "sandbox-app[bot]");
      assert.equal(output["git-user-email"], "41123456+sandbox-app[bot]@users.noreply.github.com");
      assert.equal(sandbox.requests.length, requests);
    });
  }
});

test("export-aws-credentials hands the whole session to later steps, masked", PATIENT, async () => {
  await inJob(async (job, sandbox, withoutKeys) => {
    const { code, stdout } = await job.start(
      "main",
      { ...APP, ...ROLE, "export-aws-credentials": "true" },
      withoutKeys,
    ).outcome;
    assert.equal(code, 0, stdout);
    const exported = await job.written("env");
    assert.deepEqual(Object.keys(exported).sort(), [
      "AWS_ACCESS_KEY_ID",
      "AWS_CREDENTIAL_EXPIRATION",
      "AWS_DEFAULT_REGION",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
    ]);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
      assert.ok(stdout.includes(`::add-mask::${exported[name]}`), name);
    const lasts = Date.parse(exported.AWS_CREDENTIAL_EXPIRATION ?? "") - Date.now();
    assert.ok(Math.abs(lasts - 3_600_000) < 60_000);
    assert.equal((await job.written("state")).exported, "true");
    assert.equal(sandbox.requests.length, 5);
    // Not narrowed: it may do whatever the role may.
    const credentials = credentialsFromEnvironment(exported);
    const signer = kmsSigner({ keyId: sandbox.keyArn, credentials, fetch: sandbox.fetch });
    assert.equal((await signer("x.y")).signature.length, 256);
  });
  await inJob(async (job) => {
    const { code, stdout } = await job.start("main", { ...APP, "export-aws-credentials": "true" })
      .outcome;
    assert.equal(code, 1);
    assert.match(errorsIn(stdout).join(), /without role-to-assume/);
  });
});

test(
  "every failure is one ::error line with its cause and remedy, no stack and no secret",
  PATIENT,
  async () => {
    const none = () => {};
    const key = (change: Partial<SandboxWorld["key"]>) => (world: SandboxWorld) =>
      void Object.assign(world.key, change);
    const denied = (world: SandboxWorld) => {
      for (const principal of world.principals) principal.allowed = [];
    };
    type Case = [
      inputs: Record<string, string>,
      env: Record<string, string>,
      change: (world: SandboxWorld) => void,
      message: RegExp,
    ];
    const noKeys = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_REGION: "" };
    const cases: Case[] = [
      [{ "kms-key-id": "" }, {}, none, /Missing input: give kms-key-id/],
      [{ "client-id": "" }, {}, none, /Missing input: give client-id or app-id/],
      [{ "kms-key-id": "github-app" }, {}, none, /for an alias write alias\/github-app/],
      [{}, { AWS_REGION: "" }, none, /set AWS_REGION \[aws_region_missing\]/],
      [{}, noKeys, none, /\[aws_region_missing\]/],
      [
        { "aws-region": "eu-west-1" },
        noKeys,
        none,
        /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set/,
      ],
      [{ "skip-token-revoke": "maybe" }, {}, none, /skip-token-revoke "maybe": give true or false/],
      [{ permissions: "contents: 'read'" }, {}, none, /name: level pairs/],
      [
        { permissions: "contents: read", "permission-contents": "write" },
        {},
        none,
        /permission contents: it is given twice/,
      ],
      [{ "permission-contents": "admin" }, {}, none, /"admin" is not one of its levels/],
      [{ "installation-id": "abc" }, {}, none, /installation-id "abc": give a whole number/],
      [
        { ...ROLE },
        { ...noKeys, ACTIONS_ID_TOKEN_REQUEST_URL: "", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" },
        none,
        /permissions: \{ id-token: write, contents: read \}.*pull request from a fork can never have it \[id_token_missing\]/,
      ],
      [{ ...ROLE, "role-to-assume": "kms-app-token" }, noKeys, none, /write its ARN/],
      [
        { ...ROLE, "role-to-assume": "arn:aws:iam::111122223333:role/other" },
        noKeys,
        none,
        /Cannot assume arn:aws:iam::111122223333:role\/other: .*aud sts\.amazonaws\.com, sub repo:octo-org\/hello:ref:refs\/heads\/main, repository_id 5001, job_workflow_ref .*\[sts_access_denied/,
      ],
      [
        { ...ROLE, audience: "other" },
        noKeys,
        none,
        /audience has to be in the client id list.*aud other.*\[sts_id_token_rejected/,
      ],
      [{ ...ROLE, "role-session-name": "a b" }, noKeys, none, /role session name "a b"/],
      [{ ...ROLE, "role-duration-seconds": "60" }, noKeys, none, /from 900 to 43200/],
      [{}, {}, denied, /role's own policy does not allow it.*key\/1234abcd.*\[kms_access_denied/],
      [{}, {}, key({ state: "Disabled" }), /enable-key.*\[kms_key_disabled/],
      [{}, {}, key({ origin: "AWS_KMS" }), /this key's is SHA256:.*\[app_key_mismatch/],
      [
        { owner: "nobody" },
        {},
        none,
        /not installed on nobody; install it: https:.*\[app_not_installed/,
      ],
      [
        { repositories: "unselected" },
        {},
        none,
        /has no access to unselected.*add it at https:.*\[repository_not_installed/,
      ],
      [
        { owner: "sleepy-org" },
        {},
        none,
        /suspended since 2026-01-02T03:04:05Z by octo-admin; lift it at.*\[installation_suspended/,
      ],
      [
        { permissions: "members: write" },
        {},
        none,
        /members: asked write, has read.*\[permission_not_granted/,
      ],
      [{ permissions: "content: read" }, {}, none, /did you mean contents\?.*\[permission_unknown/],
    ];
    for (const [inputs, env, change, message] of cases) {
      await inJob(async (job, sandbox) => {
        change(sandbox.world);
        const { code, stdout, stderr } = await job.start("main", { ...APP, ...inputs }, env)
          .outcome;
        const errors = errorsIn(stdout);
        assert.equal(errors.length, 1, `${JSON.stringify(inputs)}: ${stdout}`);
        assert.match(errors[0] ?? "", message);
        assert.equal(code, 1);
        assert.equal(stderr, "");
        assert.ok(!/^\s+at /m.test(stdout));
        assert.equal(sandbox.liveTokens, 0);
        const shown = stdout.replaceAll(/^::add-mask::.*$/gm, "");
        for (const secret of [sandbox.world.principals[0]?.secretAccessKey, "eyJ"])
          assert.ok(!shown.includes(secret ?? "?"), shown);
        assert.deepEqual(await job.written("output"), {});
      });
    }
  },
);

test("an unfamiliar permission is a warning that names the nearest", PATIENT, async () => {
  await inJob(async (job) => {
    const { stdout } = await job.start("main", { ...APP, permissions: "issue: read" }).outcome;
    assert.match(
      stdout,
      /^::warning::Permission issue is not in GitHub's documentation \(did you mean issues\?\); passed on as it is$/m,
    );
  });
});

test(
  "a mistyped permission input is passed on with a warning, and never widens the token",
  PATIENT,
  async () => {
    await inJob(async (job, sandbox) => {
      const { code, stdout } = await job.start("main", { ...APP, "permission-content": "read" })
        .outcome;
      assert.equal(code, 1);
      assert.match(stdout, /^::warning::Permission content is not .*did you mean contents/m);
      assert.equal(sandbox.liveTokens, 0);
    });
  },
);

test("AWS keys of the environment are masked too", PATIENT, async () => {
  await inJob(async (job, sandbox) => {
    const { stdout } = await job.start("main", APP).outcome;
    for (const secret of [
      sandbox.world.principals[0]?.accessKeyId,
      sandbox.world.principals[0]?.secretAccessKey,
    ]) {
      assert.ok(stdout.includes(`::add-mask::${secret}\n`));
    }
  });
});

test("on GitHub Enterprise Server commits are attributed on its own host", PATIENT, async () => {
  await inJob(async (job) => {
    await job.start(
      "main",
      { ...APP, "git-identity": "true" },
      { GITHUB_SERVER_URL: "https://ghe.example.com" },
    ).outcome;
    assert.match(
      (await job.written("output"))["git-user-email"] ?? "",
      /@users\.noreply\.ghe\.example\.com$/,
    );
  });
});

test("an answer whose date is a workflow command is no grant", PATIENT, async () => {
  await inJob(async (job, sandbox) => {
    const body = JSON.stringify({
      token: "ghs_x",
      expires_at: "2027-01-01 (\n::stop-commands::x\n)",
      permissions: {},
      repository_selection: "selected",
      repositories: [],
    });
    sandbox.fail({ service: "github", match: "access_tokens", kind: "answer", status: 201, body });
    sandbox.fail({ service: "github", match: "/installation/token", kind: "answer", status: 204 });
    const { code, stdout } = await job.start("main", APP).outcome;
    assert.equal(code, 1);
    assert.ok(!/^::stop-commands/m.test(stdout), stdout);
  });
});

test(
  "a malformed proxy, id-token URL or output file is one line without values or stacks",
  PATIENT,
  async () => {
    const noKeys = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    const cases: [Record<string, string>, Record<string, string>, RegExp][] = [
      [{}, { HTTPS_PROXY: "proxy.corp:8080" }, /Cannot use the proxy in HTTPS_PROXY: write http:/],
      [{}, { HTTP_PROXY: "http://user:hunter2pass@[bad" }, /Cannot use the proxy in HTTP_PROXY/],
      [
        ROLE,
        { ...noKeys, ACTIONS_ID_TOKEN_REQUEST_URL: "nonsense" },
        /ACTIONS_ID_TOKEN_REQUEST_URL: it is not a URL/,
      ],
      [{}, { GITHUB_OUTPUT: "/no/such/file" }, /Missing file at path/],
    ];
    for (const [inputs, env, message] of cases) {
      await inJob(async (job, sandbox) => {
        const { code, stdout, stderr } = await job.start("main", { ...APP, ...inputs }, env)
          .outcome;
        assert.match(errorsIn(stdout).join(), message);
        assert.equal(code, 1);
        assert.ok(!/hunter2pass|%0A|^\s+at /m.test(stdout + stderr), stdout + stderr);
        assert.equal(sandbox.liveTokens, 0);
      });
    }
  },
);

test("a remote message with a workflow command in it stays text", PATIENT, async () => {
  await inJob(async (job, sandbox) => {
    const message = "no\n::stop-commands::x\r\n##[set-env name=A]b %0A::add-path::/evil";
    for (const match of ["/installation", "access_tokens"]) {
      sandbox.fail({
        service: "github",
        match,
        kind: "answer",
        status: 418,
        body: JSON.stringify({ message }),
      });
      const { stdout } = await job.start("main", APP).outcome;
      const commands = stdout
        .split(/[\r\n]+/)
        .filter((line) => /^\s*::|##\[/.test(line) && !line.startsWith("::add-mask::"));
      assert.equal(commands.length, 1, stdout);
      assert.match(
        commands[0] ?? "",
        /^::error::GitHub refused .* with 418: no ::stop-commands::x ##\[set-env name=A\]b %250A::add-path::\/evil/,
      );
    }
  });
});

test("what passes is tried again with a notice, and ends in a token", PATIENT, async () => {
  await inJob(async (job, sandbox, withoutKeys) => {
    sandbox.fail({ service: "sts", kind: "throttle" });
    sandbox.fail({ service: "kms", kind: "throttle" });
    sandbox.fail({ service: "github", kind: "server_error" });
    const { code, stdout } = await job.start("main", { ...APP, ...ROLE }, withoutKeys).outcome;
    assert.equal(code, 0, stdout);
    assert.equal(
      stdout
        .split("\n")
        .filter((line) => line.startsWith("::notice::") && line.includes("trying again")).length,
      3,
    );
  });
});

test("a failure after the mint leaves no token behind", PATIENT, async () => {
  await inJob(async (job, sandbox) => {
    sandbox.fail({ service: "github", match: "/users/", kind: "answer", status: 500, times: 9 });
    const { code, stdout } = await job.start("main", { ...APP, "git-identity": "true" }).outcome;
    assert.equal(code, 1);
    assert.equal(errorsIn(stdout).length, 1);
    assert.equal(sandbox.liveTokens, 0);
  });
});

test("a cancelled step leaves no token behind, whenever the signal comes", PATIENT, async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const answered of [1, 2, 3]) {
      await inJob(async (job, sandbox) => {
        sandbox.world.latencyMs = 200;
        const { child, outcome } = job.start("main", { ...APP, "git-identity": "true" });
        await until(() => sandbox.requests.length >= answered);
        await new Promise((done) => setTimeout(done, 60));
        stop(child, signal);
        const { code, stdout } = await outcome;
        assert.match(stdout, new RegExp(`The step was stopped by ${signal}\\n$`));
        assert.equal(code, signal === "SIGINT" ? 130 : 143);
        assert.equal(sandbox.liveTokens, 0);
      });
    }
  }
});
