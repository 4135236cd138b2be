import * as v from "valibot";
import { AppTokenError, InputError } from "../errors.ts";
import { externalText } from "../external_text.ts";
import type { HttpAnswer } from "../http_exchange.ts";
import { parseJsonAnswer } from "../json_answer.ts";
import type { Signer, SignOptions } from "../signer.ts";
import { githubMessage, refusal, unforeseen } from "./github_answer.ts";
import type { GithubRequest } from "./github_client.ts";
import { type Installation, parseInstallation } from "./installation.ts";
import { nearestName } from "./nearest_name.ts";
import { nearestPermission, PERMISSIONS } from "./permission_table.ts";
import { covers } from "./permissions.ts";
import type { InstallationQuery, TokenTarget } from "./target.ts";

/** Sends a request as the app, to find out why another one was refused. */
export type AskAsApp = (request: Omit<GithubRequest, "token">) => Promise<HttpAnswer>;

// One request each: enough to name the wrong ones in a list that a person wrote.
const MAX_PROBED_REPOSITORIES = 20;

async function fingerprintOf(signer: Signer, options: SignOptions): Promise<string> {
  try {
    const fingerprint = await signer.fingerprint?.(options);
    if (fingerprint) return `this key's is ${fingerprint}`;
  } catch {
    options.signal?.throwIfAborted();
  }
  return "this key's could not be read here; who may call kms:GetPublicKey gets it by aws kms get-public-key --key-id <key> --query PublicKey --output text | base64 -d | openssl sha256 -binary | base64";
}

/** Why GitHub does not take the app JWT. It has no codes for this, only texts. */
export async function jwtRefusal(
  answer: HttpAnswer,
  issuer: string | number,
  apiUrl: URL,
  signer: Signer,
  options: SignOptions,
): Promise<AppTokenError> {
  const said = githubMessage(answer);
  const app = `app ${issuer}`;
  const at = `at ${apiUrl.host}`;
  if (/could not be decoded/i.test(said)) {
    return refusal(
      "app_key_mismatch",
      `GitHub does not accept the signature for ${app} ${at}: the KMS key is not one of that app's private keys, or the id is another app's. Compare the fingerprints on the app's settings page; ${await fingerprintOf(signer, options)}. A key that KMS made itself can never be there: import GitHub's`,
      answer,
    );
  }
  if (/integration not found|must generate a public key/i.test(said)) {
    return refusal(
      "app_unknown",
      `GitHub knows no ${app} ${at}: check the client id or app id, and that the app lives on this host`,
      answer,
    );
  }
  if (/\biss\b/i.test(said)) {
    return refusal(
      "app_id_invalid",
      `GitHub does not take ${app} as an issuer ${at} (${said}): check it for hidden characters; GitHub Enterprise Server up to 3.13 wants the numeric app id`,
      answer,
    );
  }
  if (/\b(exp|iat)\b/i.test(said)) {
    return refusal(
      "github_clock_skew",
      `GitHub refuses the time in the app JWT (${said}) and its answer had no other Date to correct it by: set this machine's clock`,
      answer,
    );
  }
  return unforeseen(answer, `the app JWT of ${app}`);
}

const appSchema = v.object({ slug: v.string(), html_url: v.string() });
const ownersSchema = v.array(
  v.object({ account: v.nullish(v.object({ login: v.optional(v.string()) })) }),
);

async function notInstalled(
  owner: string,
  answer: HttpAnswer,
  ask: AskAsApp,
): Promise<AppTokenError> {
  const appAnswer = await ask({ method: "GET", path: "/app" });
  const app = parseJsonAnswer(appAnswer, appSchema, "GitHub GET /app");
  const ownersAnswer = await ask({ method: "GET", path: "/app/installations?per_page=100" });
  const owners = parseJsonAnswer(ownersAnswer, ownersSchema, "GitHub GET /app/installations");
  // Only a name that was nearly written is repeated: in a public log the others would tell who uses the app.
  const meant = nearestName(
    owner,
    owners.flatMap(({ account }) => account?.login ?? []),
  );
  return refusal(
    "app_not_installed",
    `App ${externalText(app.slug)} is not installed on ${owner}${meant ? ` (did you mean ${externalText(meant)}?)` : ""}; install it: ${externalText(app.html_url)}/installations/new`,
    answer,
  );
}

/** Why there is no installation for `query`, after a 404. */
export async function installationRefusal(
  answer: HttpAnswer,
  query: InstallationQuery,
  ask: AskAsApp,
): Promise<AppTokenError> {
  if (answer.status !== 404) return unforeseen(answer, "to show the installation");
  // Seen with 401 and with 404.
  if (/integration not found/i.test(githubMessage(answer))) {
    return refusal(
      "app_unknown",
      "GitHub knows no such app: check the client id or app id, and that the app lives on this host",
      answer,
    );
  }
  if ("enterprise" in query) {
    return refusal(
      "enterprise_not_installed",
      `The app is not installed on enterprise ${query.enterprise}, or this GitHub has no installations on enterprises; check the slug and the enterprise's settings under GitHub Apps`,
      answer,
    );
  }
  const { owner, repo } = query;
  try {
    if (repo === undefined) return await notInstalled(owner, answer, ask);
    const ownerAnswer = await ask({ method: "GET", path: `/users/${owner}/installation` });
    if (ownerAnswer.status !== 200) return await notInstalled(owner, answer, ask);
    const installation = parseInstallation(ownerAnswer, `GitHub GET /users/${owner}/installation`);
    if (installation.suspendedAt) return suspended(installation, answer);
    return refusal(
      "repository_not_installed",
      `App ${externalText(installation.appSlug)} is installed on ${owner} but has no access to ${repo}, or there is no such repository; add it at ${externalText(installation.htmlUrl)}`,
      answer,
    );
  } catch (error) {
    if (!(error instanceof AppTokenError)) throw error;
    return refusal(
      "app_not_installed",
      `The app is not installed on ${owner}${repo === undefined ? "" : `, or has no access to ${repo}`}; check the name and the app's installations`,
      answer,
    );
  }
}

/** The installation does not work until someone lifts its suspension. */
function suspended(installation: Installation, answer?: HttpAnswer): AppTokenError {
  const by = installation.suspendedBy ? ` by ${externalText(installation.suspendedBy)}` : "";
  const message = `The installation of app ${externalText(installation.appSlug)} on ${externalText(installation.owner)} is suspended since ${externalText(installation.suspendedAt ?? "")}${by}; lift it at ${externalText(installation.htmlUrl)}`;
  return answer
    ? refusal("installation_suspended", message, answer)
    : new AppTokenError("installation_suspended", message);
}

/** The installation is suspended, or somebody else's than the asked owner. */
export function unusable(installation: Installation, { owner }: TokenTarget): AppTokenError {
  if (installation.suspendedAt) return suspended(installation);
  const is = externalText(installation.owner);
  return new AppTokenError(
    "repository_not_accessible",
    `Cannot mint for ${owner}: installation ${installation.id} is on ${is}, to which the repository may have moved; ask for ${is} if that is meant`,
  );
}

/** Why GitHub does not mint: compares what was asked with what the installation has. */
export async function mintRefusal(
  answer: HttpAnswer,
  installationId: number,
  target: TokenTarget,
  ask: AskAsApp,
): Promise<AppTokenError> {
  if (answer.status === 404) {
    return refusal(
      "installation_not_found",
      `The app has no installation ${installationId}; it may have been removed, or belong to another app. Leave the installation id out to look it up`,
      answer,
    );
  }
  try {
    const known = await ask({ method: "GET", path: `/app/installations/${installationId}` });
    const installation = parseInstallation(
      known,
      `GitHub GET /app/installations/${installationId}`,
    );
    if (installation.suspendedAt) return suspended(installation, answer);
    if (answer.status !== 422) return unforeseen(answer, "to mint a token");
    return (
      permissionRefusal(answer, installation, target) ??
      (await repositoryRefusal(answer, installation, target, ask)) ??
      unforeseen(answer, "to mint a token")
    );
  } catch (error) {
    if (!(error instanceof AppTokenError || error instanceof InputError)) throw error;
    return unforeseen(answer, "to mint a token");
  }
}

function permissionRefusal(
  answer: HttpAnswer,
  installation: Installation,
  { permissions = {} }: TokenTarget,
): AppTokenError | undefined {
  const lacking = Object.entries(permissions).filter(
    ([name, level]) => !covers(installation.permissions[name], level),
  );
  const strange = lacking.find(([name]) => !Object.hasOwn(PERMISSIONS, name));
  if (strange) {
    const nearest = nearestPermission(strange[0]);
    return refusal(
      "permission_unknown",
      `GitHub knows no permission ${strange[0]}, or the installation lacks it${nearest ? `; did you mean ${nearest}?` : "; see the names in GitHub's documentation of app permissions"}`,
      answer,
    );
  }
  if (lacking.length === 0) return undefined;
  const list = lacking
    .map(
      ([name, level]) => `${name}: asked ${level}, has ${installation.permissions[name] ?? "none"}`,
    )
    .join("; ");
  return refusal(
    "permission_not_granted",
    `The installation of app ${externalText(installation.appSlug)} on ${externalText(installation.owner)} lacks permissions (${list}); add them to the app, then approve them at ${externalText(installation.htmlUrl)}`,
    answer,
  );
}

async function repositoryRefusal(
  answer: HttpAnswer,
  installation: Installation,
  { repositories, repositoryIds }: TokenTarget,
  ask: AskAsApp,
): Promise<AppTokenError | undefined> {
  const { owner } = installation;
  const named = [
    ...(repositories ?? []).map((name) => ({ name, path: `/repos/${owner}/${name}/installation` })),
    ...(repositoryIds ?? []).map((id) => ({
      name: `id ${id}`,
      path: `/repositories/${id}/installation`,
    })),
  ];
  const wrong: string[] = [];
  for (const { name, path } of named.slice(0, MAX_PROBED_REPOSITORIES)) {
    const probe = await ask({ method: "GET", path });
    const isVisible =
      probe.status === 200 && parseInstallation(probe, `GitHub GET ${path}`).id === installation.id;
    if (!isVisible) wrong.push(name);
    else if (!probe.url.pathname.endsWith(path)) {
      wrong.push(`${name} (renamed or moved: use its new name)`);
    }
  }
  if (wrong.length === 0) return undefined;
  return refusal(
    "repository_not_accessible",
    `The installation on ${externalText(owner)} cannot access ${wrong.join(", ")}; check the names, or add them at ${externalText(installation.htmlUrl)}`,
    answer,
  );
}
