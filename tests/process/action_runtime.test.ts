import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { asState, BUN, fromRoot, type Job, NODE, WAY, withJob } from "./action_process.ts";
import { stop, until, withSandbox } from "./cli_process.ts";

const PATIENT = { timeout: 120_000 };
const APP = { "client-id": "Iv23liSandboxClient1", "kms-key-id": "alias/github-app" };
const ENTRY = [NODE, fromRoot("action/dist/main.mjs")];
const POST = [NODE, fromRoot("action/dist/post.mjs")];
const WITH_BUN = { PATH: [dirname(BUN), "/usr/bin", "/bin"].join(delimiter) };

async function inJob(
  work: (job: Job, env: Record<string, string>, live: () => number) => Promise<void>,
): Promise<void> {
  await withSandbox({}, async (sandbox, env) => {
    await withJob(env, (job) => work(job, env, () => sandbox.liveTokens));
  });
}

/** A checkout that would take over every Bun started in it. */
async function plantTraps({ workspace }: Job): Promise<string> {
  const marker = join(workspace, "taken-over");
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "");`;
  await writeFile(join(workspace, "evil.cjs"), evil);
  await writeFile(
    join(workspace, "bunfig.toml"),
    'preload = ["./evil.cjs"]\n[run]\npreload = ["./evil.cjs"]\n',
  );
  const endpoints = [
    "GITHUB_API_URL",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_STS",
    "HTTPS_PROXY",
    "HTTP_PROXY",
  ];
  await writeFile(
    join(workspace, ".env"),
    endpoints.map((name) => `${name}=http://127.0.0.1:9\n`).join(""),
  );
  await writeFile(
    join(workspace, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { baseUrl: ".", paths: { "*": ["./evil.cjs"], "node:*": ["./evil.cjs"] } },
    }),
  );
  await writeFile(
    join(workspace, "package.json"),
    JSON.stringify({ type: "commonjs", main: "./evil.cjs", imports: { "#*": "./evil.cjs" } }),
  );
  return marker;
}

test("no file of a hostile checkout takes effect, in main and in post", PATIENT, async () => {
  await inJob(async (job, env, live) => {
    const marker = await plantTraps(job);
    // Only the proxy and STS come from nowhere else: what .env sets would be used.
    const { HTTPS_PROXY, HTTP_PROXY, ...clean } = { HTTPS_PROXY: "", HTTP_PROXY: "", ...WITH_BUN };
    assert.equal(HTTPS_PROXY + HTTP_PROXY, "");
    const main = await job.start("main", { ...APP, runtime: "bun" }, clean, ENTRY).outcome;
    assert.match(main.stdout, /\(Bun [\d.]+\)\n$/);
    assert.equal(main.code, 0, main.stdout);
    const state = asState(await job.written("state"));
    const post = await job.start("post", { ...APP, runtime: "bun" }, { ...clean, ...state }, POST)
      .outcome;
    assert.equal(post.stdout, "Token revoked\n");
    assert.equal(live(), 0);
    assert.ok(!existsSync(marker));
    // The traps work: without the shim the same Bun falls into them.
    await job.start("main", APP, env, [BUN, fromRoot("action/dist/main.mjs")]).outcome;
    assert.ok(existsSync(marker));
  });
});

test("a program named bun in the checkout is not started", PATIENT, async () => {
  await inJob(async (job) => {
    const marker = join(job.workspace, "started");
    const folder = join(job.workspace, "node_modules", ".bin");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "bun"), `#!/bin/sh\ntouch '${marker}'\n`);
    await chmod(join(folder, "bun"), 0o755);
    for (const first of [folder, "node_modules/.bin", "."]) {
      const { code, stdout } = await job.start(
        "main",
        { ...APP, runtime: "auto" },
        { PATH: [first, "/usr/bin", "/bin"].join(delimiter) },
        ENTRY,
      ).outcome;
      assert.equal(code, 0, stdout);
      assert.match(stdout, /\(Node [\d.]+\)\n$/);
    }
    assert.ok(!existsSync(marker));
  });
});

test("runtime chooses between Bun and Node, and auto takes Bun where it is", PATIENT, async () => {
  const without = { PATH: "/usr/bin:/bin" };
  const cases: [string, Record<string, string>, number, RegExp][] = [
    ["auto", WITH_BUN, 0, /\(Bun [\d.]+\)\n$/],
    ["", WITH_BUN, 0, /\(Bun [\d.]+\)\n$/],
    ["auto", without, 0, /\(Node 24\.[\d.]+\)\n$/],
    ["node", WITH_BUN, 0, /\(Node 24\.[\d.]+\)\n$/],
    ["Bun", WITH_BUN, 0, /\(Bun [\d.]+\)\n$/],
    [
      "bun",
      without,
      1,
      /^::error::Cannot use runtime bun: there is no bun on the PATH.*setup-bun.*\n$/,
    ],
    ["deno", WITH_BUN, 1, /^::error::Cannot use runtime: give auto, bun, node.*\n$/],
  ];
  for (const [runtime, path, expected, line] of cases) {
    await inJob(async (job) => {
      const { code, stdout } = await job.start("main", { ...APP, runtime }, path, ENTRY).outcome;
      assert.match(stdout, line);
      assert.equal(code, expected);
    });
  }
});

test(
  "a Bun that cannot be started is passed over, or reported when it was asked for",
  PATIENT,
  async () => {
    await inJob(async (job) => {
      const folder = join(dirname(job.workspace), "broken");
      await mkdir(folder);
      await writeFile(join(folder, "bun"), "not a program");
      await chmod(join(folder, "bun"), 0o755);
      const path = { PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };
      assert.match(
        (await job.start("main", { ...APP, runtime: "auto" }, path, ENTRY).outcome).stdout,
        /\(Node [\d.]+\)\n$/,
      );
      const asked = await job.start("main", { ...APP, runtime: "bun" }, path, ENTRY).outcome;
      assert.match(asked.stdout, /cannot be started/);
      assert.equal(asked.code, 1);
    });
  },
);

test("what steers Bun by the environment does not reach it", PATIENT, async () => {
  await inJob(async (job) => {
    const marker = await plantTraps(job);
    const steered = {
      BUN_OPTIONS: `--preload ${join(job.workspace, "evil.cjs")}`,
      BUN_CONFIG_VERBOSE_FETCH: "curl",
    };
    const { code, stdout, stderr } = await job.start(
      "main",
      { ...APP, runtime: "bun" },
      { ...WITH_BUN, ...steered },
      ENTRY,
    ).outcome;
    assert.equal(code, 0, stdout);
    assert.ok(!existsSync(marker));
    assert.ok(!(stdout + stderr).includes("authorization"));
  });
});

test("a bun that the checkout reaches by a link is not started", PATIENT, async () => {
  await inJob(async (job) => {
    const marker = join(job.workspace, "started");
    const folder = join(job.workspace, "..b");
    await mkdir(folder);
    await writeFile(join(folder, "bun"), `#!/bin/sh\ntouch '${marker}'\n`);
    await chmod(join(folder, "bun"), 0o755);
    const link = join(dirname(job.workspace), "link");
    await symlink(folder, link);
    const asDirectory = join(dirname(job.workspace), "directory");
    await mkdir(join(asDirectory, "bun"), { recursive: true });
    for (const first of [folder, link, asDirectory]) {
      const path = { PATH: [first, "/usr/bin", "/bin"].join(delimiter) };
      const { stdout } = await job.start("main", { ...APP, runtime: "auto" }, path, ENTRY).outcome;
      assert.match(stdout, /\(Node [\d.]+\)\n$/);
    }
    assert.ok(!existsSync(marker));
  });
});

test("a Bun that fails is reported in main, and passed over in post", PATIENT, async () => {
  await inJob(async (job, _, live) => {
    const minted = await job.start("main", { ...APP, runtime: "node" }, {}, ENTRY).outcome;
    assert.equal(minted.code, 0);
    const state = asState(await job.written("state"));
    const folder = join(dirname(job.workspace), "failing");
    await mkdir(folder);
    await writeFile(join(folder, "bun"), "#!/bin/sh\nexit 3\n");
    await chmod(join(folder, "bun"), 0o755);
    const path = { PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };
    const main = await job.start("main", { ...APP, runtime: "auto" }, path, ENTRY).outcome;
    assert.match(
      main.stdout,
      /^::error::The bun on the PATH ended with exit code 3; set runtime to node/,
    );
    assert.equal(main.code, 1);
    const post = await job.start("post", { ...APP, runtime: "auto" }, { ...path, ...state }, POST)
      .outcome;
    assert.deepEqual(post, { code: 0, stdout: "Token revoked\n", stderr: "" });
    assert.equal(live(), 0);
    const without = { PATH: "/usr/bin:/bin" };
    for (const runtime of ["bun", "nonsense"]) {
      const { code, stdout } = await job.start(
        "post",
        { ...APP, runtime },
        { ...without, ...state },
        POST,
      ).outcome;
      assert.equal(code, 0);
      assert.match(stdout, /already gone/);
    }
    const lost = await job.start(
      "post",
      APP,
      { STATE_exported: "true", GITHUB_ENV: "/no/such/file" },
      POST,
    ).outcome;
    assert.equal(lost.code, 0);
    assert.match(lost.stdout, /::warning::The AWS session could not be taken/);
  });
});

test("the shim forwards signals, so that no orphan mints after a cancel", PATIENT, async () => {
  await withSandbox({}, async (sandbox, env) => {
    await withJob(env, async (job) => {
      sandbox.world.latencyMs = 200;
      const { child, outcome } = job.start("main", { ...APP, runtime: "bun" }, WITH_BUN, ENTRY);
      await until(() => sandbox.requests.length >= 1);
      stop(child, "SIGTERM");
      const { code, stdout } = await outcome;
      assert.match(stdout, /stopped by SIGTERM/);
      assert.equal(code, 143);
      const after = sandbox.requests.length;
      await new Promise((done) => setTimeout(done, 600));
      assert.ok(sandbox.requests.length <= after + 1);
      assert.equal(sandbox.liveTokens, 0);
    });
  });
});

test(
  "bun action/main.ts works as a step of its own, with inputs that a shell can set",
  PATIENT,
  async () => {
    await inJob(async (job, _, live) => {
      const inputs = {
        INPUT_CLIENT_ID: APP["client-id"],
        INPUT_KMS_KEY_ID: APP["kms-key-id"],
        INPUT_PERMISSIONS: "contents: read",
      };
      const main = await job.start("main", {}, inputs, [BUN, fromRoot("action/main.ts")]).outcome;
      assert.equal(main.code, 0, main.stdout);
      assert.match((await job.written("output")).token ?? "", /^ghs_/);
      const post = await job.start("post", {}, asState(await job.written("state")), [
        BUN,
        fromRoot("action/post.ts"),
      ]).outcome;
      assert.equal(post.stdout, "Token revoked\n");
      assert.equal(live(), 0);
    });
  },
);

test("a proxy is used as the environment says, on both runtimes", PATIENT, async () => {
  await withSandbox({}, async (sandbox, env) => {
    let proxied = 0;
    const proxy = createServer(async (request, response) => {
      proxied++;
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk);
      const headers = Object.entries(request.headers).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      );
      const hasBody = request.method === "POST" && body.length > 0;
      const answer = await sandbox.fetch(request.url ?? "", {
        method: request.method ?? "GET",
        headers: headers.filter(([name]) => name !== "proxy-connection"),
        ...(hasBody ? { body: Buffer.concat(body).toString() } : {}),
      });
      response
        .writeHead(answer.status, Object.fromEntries(answer.headers))
        .end(await answer.text());
    });
    // Bun asks the proxy for the URL, Node for a tunnel to the host.
    proxy.on("connect", ({ url = "" }, socket) => {
      proxied++;
      const [host = "", port = ""] = url.split(":");
      const upstream = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      await withJob(env, async (job) => {
        const used = await job.start("main", APP, { HTTP_PROXY: url, http_proxy: url }).outcome;
        assert.equal(used.code, 0, used.stdout);
        assert.ok(proxied >= 1, `${WAY}: ${used.stdout}`);
        const soFar = proxied;
        const excepted = await job.start("main", APP, {
          HTTP_PROXY: url,
          http_proxy: url,
          NO_PROXY: "127.0.0.1",
          no_proxy: "127.0.0.1",
        }).outcome;
        assert.equal(excepted.code, 0, excepted.stdout);
        assert.equal(proxied, soFar);
      });
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });
});
