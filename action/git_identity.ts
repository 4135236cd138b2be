import * as v from "valibot";
import type { App } from "../src/app.ts";
import type { Environment } from "../src/aws/environment.ts";
import { parseUrl } from "../src/base_url.ts";
import { unforeseen } from "../src/github/github_answer.ts";
import type { GithubClient } from "../src/github/github_client.ts";
import { parseJsonAnswer } from "../src/json_answer.ts";

/** As whom the app commits. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
}

const appAnswer = v.object({ slug: v.string() });
const userAnswer = v.object({ id: v.number(), login: v.string() });

/** The app's slug, which a token's answer does not have: one request. */
export async function findSlug(
  app: App,
  github: GithubClient,
  signal: AbortSignal,
): Promise<string> {
  const { jwt } = await app.jwt({ signal });
  const answer = await github.call(
    { method: "GET", path: "/app", token: jwt },
    github.begin(signal),
  );
  if (answer.status !== 200) throw unforeseen(answer, "to show the app");
  return parseJsonAnswer(answer, appAnswer, "GitHub GET /app").slug;
}

/** Finds the app's bot user: its commits are attributed to it by the e-mail address. */
export async function findGitIdentity(
  slug: string,
  token: string,
  github: GithubClient,
  env: Environment,
  signal: AbortSignal,
): Promise<GitIdentity> {
  const path = `/users/${encodeURIComponent(`${slug}[bot]`)}`;
  const answer = await github.call({ method: "GET", path, token }, github.begin(signal));
  if (answer.status !== 200) throw unforeseen(answer, `to show the user ${slug}[bot]`);
  const { id, login } = parseJsonAnswer(answer, userAnswer, `GitHub GET ${path}`);
  const host = parseUrl(env.GITHUB_SERVER_URL ?? "")?.host ?? "github.com";
  return { name: login, email: `${id}+${login}@users.noreply.${host}` };
}
