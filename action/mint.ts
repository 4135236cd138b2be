import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { setOutput, setSecret } from "@actions/core";
import { type App, createApp } from "../src/app.ts";
import { awsPlaceFromEnvironment } from "../src/aws/environment.ts";
import { kmsSigner } from "../src/aws/kms_signer.ts";
import { createGithubClient, type GithubOptions } from "../src/github/github_client.ts";
import type { InstallationToken } from "../src/github/installation_token.ts";
import { unfamiliarPermissions } from "../src/github/permission_table.ts";
import { Interruption } from "../src/interruption.ts";
import { awsCredentials } from "./aws_session.ts";
import { exportSession } from "./exported_session.ts";
import { findGitIdentity, findSlug } from "./git_identity.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { fail, note, say, warn } from "./log.ts";
import { useProxyFromEnvironment } from "./proxy.ts";
import { save } from "./state.ts";

const { env } = process;

/** The runner kills a cancelled step after ten seconds; what is to be undone has five. */
async function inTime(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, setTimeout(5_000)]);
}

async function handOver(
  minted: InstallationToken,
  inputs: Inputs,
  app: App,
  options: GithubOptions,
  signal: AbortSignal,
): Promise<void> {
  const { token, permissions, repositories } = minted;
  setOutput("token", token);
  setOutput("installation-id", minted.installationId);
  setOutput("expires-at", minted.expiresAt);
  setOutput("permissions", JSON.stringify(permissions));
  setOutput("repositories", JSON.stringify(repositories?.map(({ fullName }) => fullName) ?? "all"));
  const github = createGithubClient(options);
  const slug = minted.appSlug ?? (inputs.gitIdentity ? await findSlug(app, github, signal) : "");
  setOutput("app-slug", slug);
  if (slug === "")
    note(
      "app-slug is empty: with installation-id nothing is looked up; leave installation-id out, or set git-identity, to have it",
    );
  if (inputs.gitIdentity) {
    const { name, email } = await findGitIdentity(slug, token, github, env, signal);
    setOutput("git-user-name", name);
    setOutput("git-user-email", email);
  }
  signal.throwIfAborted();
  const where = repositories
    ? `${repositories.length} ${repositories.length === 1 ? "repository" : "repositories"}`
    : "all repositories of the installation";
  const { bun, node } = process.versions;
  say(
    `Token for ${where}, good until ${minted.expiresAt} (${bun ? `Bun ${bun}` : `Node ${node}`})`,
  );
}

async function mintToken(background: Promise<unknown>[], signal: AbortSignal): Promise<void> {
  const inputs = readInputs(env);
  for (const line of unfamiliarPermissions(inputs.target.permissions ?? {})) warn(line);
  const onNotice = ({ message }: { message: string }) => note(message);
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const options = { apiUrl: inputs.apiUrl, userAgent: "action", onNotice, waitUntil };
  const credentials = awsCredentials(inputs, env);
  const place = awsPlaceFromEnvironment(env, "KMS");
  const signer = kmsSigner({
    ...place,
    keyId: inputs.key.keyId,
    region: inputs.key.region,
    credentials,
    onNotice,
  });
  const app = createApp({ ...options, appId: inputs.appId, signer });

  // Never printed by us, but whoever makes a runtime log its requests has it in the log.
  setSecret((await app.jwt({ signal })).jwt);
  const minted = await app.createToken({ ...inputs.target, signal });
  try {
    setSecret(minted.token);
    save({
      token: inputs.skipTokenRevoke ? undefined : minted.token,
      expiresAt: minted.expiresAt,
      apiUrl: inputs.apiUrl,
    });
    signal.throwIfAborted();
    if (inputs.exportAwsCredentials) {
      save({ exported: true });
      exportSession(await credentials({ signal }), inputs.region);
    }
    await handOver(minted, inputs, app, options, signal);
  } catch (error) {
    await inTime(app.discardToken(minted.token));
    throw error;
  }
}

/** The main step: mints the token and hands it over, or leaves none behind. */
export async function mint(): Promise<number> {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => controller.abort(new Interruption(name)));
  }
  const background: Promise<unknown>[] = [];
  try {
    await useProxyFromEnvironment();
    await mintToken(background, controller.signal);
    return 0;
  } catch (error) {
    if (!(error instanceof Interruption)) {
      fail(error);
      return 1;
    }
    say(`The step was ${error.message}`);
    return error.exitCode;
  } finally {
    await inTime(Promise.allSettled(background));
  }
}
