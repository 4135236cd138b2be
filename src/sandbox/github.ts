import { type Context, Hono } from "hono";
import { encodeBase64 } from "../base64.ts";
import { refuseAppJwt } from "./app_gate.ts";
import { notFound, problem, refuseRequest } from "./github_problem.ts";
import { type LiveToken, selectedRepositories, TokenStore, tokenMay } from "./github_tokens.ts";
import { grantFor, readMintRequest } from "./mint_request.ts";
import type { RsaKey } from "./rsa_key.ts";
import type { SandboxInstallation, SandboxRepository, SandboxWorld } from "./world.ts";

const suspended = (): Response => problem(403, "This installation has been suspended");

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function bearer(context: Context): string {
  return /^(?:bearer|token) +(\S+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? "";
}

function installationBody(
  world: SandboxWorld,
  installation: SandboxInstallation,
  webUrl: string,
): object {
  const { id, account, permissions, selected, suspendedAt } = installation;
  const isEnterprise = account.type === "Enterprise";
  return {
    id,
    app_id: world.app.id,
    app_slug: world.app.slug,
    client_id: world.app.clientId,
    account: isEnterprise
      ? { id: account.id, slug: account.login }
      : { id: account.id, login: account.login, type: account.type },
    target_id: account.id,
    target_type: account.type,
    repository_selection: selected ? "selected" : "all",
    permissions,
    events: [],
    html_url: `${webUrl}/organizations/${account.login}/settings/installations/${id}`,
    suspended_at: suspendedAt ?? null,
    suspended_by: suspendedAt ? { login: "octo-admin" } : null,
  };
}

function repositoryBody({ account }: SandboxInstallation, { id, name }: SandboxRepository): object {
  return {
    id,
    name,
    full_name: `${account.login}/${name}`,
    private: true,
    owner: { id: account.id, login: account.login, type: account.type },
    default_branch: "main",
  };
}

// Git names a blob by the SHA-1 of "blob <size>\0" and its bytes.
async function blobSha(content: Uint8Array): Promise<string> {
  const head = new TextEncoder().encode(`blob ${content.length}\0`);
  const digest = await crypto.subtle.digest("SHA-1", Uint8Array.from([...head, ...content]));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** GitHub's REST API, as far as an app and its tokens see it. */
export class SandboxGithub {
  readonly tokens: TokenStore = new TokenStore();
  readonly #world: SandboxWorld;
  readonly #appKey: () => Promise<RsaKey>;
  readonly #now: () => Date;
  readonly #webUrl = "https://github.com";
  readonly #routes: Hono = new Hono();

  constructor(world: SandboxWorld, appKey: () => Promise<RsaKey>, now: () => Date) {
    this.#world = world;
    this.#appKey = appKey;
    this.#now = now;
    this.#route();
  }

  /** Answers one request whose path starts at the API's base. */
  async answer(request: Request): Promise<Response> {
    const response = refuseRequest(request) ?? (await this.#routes.fetch(request));
    response.headers.set("x-github-request-id", crypto.randomUUID());
    return response;
  }

  #route(): void {
    const routes = this.#routes;
    routes.notFound(() => notFound());
    routes.get("/app", (c) => this.#asApp(c, () => Response.json(this.#appBody())));
    routes.get("/app/installations", (c) =>
      this.#asApp(c, () =>
        Response.json(
          this.#world.installations.map((each) =>
            installationBody(this.#world, each, this.#webUrl),
          ),
        ),
      ),
    );
    routes.get("/app/installations/:id", (c) =>
      this.#showInstallation(c, ({ id }) => String(id) === c.req.param("id")),
    );
    for (const kind of ["users", "orgs"]) {
      routes.get(`/${kind}/:owner/installation`, (c) =>
        this.#showInstallation(
          c,
          ({ account }) =>
            account.type !== "Enterprise" &&
            (kind === "users" || account.type === "Organization") &&
            sameName(account.login, c.req.param("owner") ?? ""),
        ),
      );
    }
    routes.get("/enterprises/:slug/installation", (c) =>
      this.#showInstallation(
        c,
        ({ account }) =>
          account.type === "Enterprise" && sameName(account.login, c.req.param("slug") ?? ""),
      ),
    );
    routes.get("/repos/:owner/:repo/installation", (c) => this.#showRepositoryInstallation(c));
    routes.get("/repositories/:id/installation", (c) =>
      this.#showInstallation(c, (each) =>
        selectedRepositories(each).some(({ id }) => String(id) === c.req.param("id")),
      ),
    );
    routes.post("/app/installations/:id/access_tokens", (c) => this.#asApp(c, () => this.#mint(c)));
    routes.delete("/installation/token", (c) =>
      this.#withToken(c, ({ token }) => {
        this.tokens.revoke(token);
        return new Response(null, { status: 204 });
      }),
    );
    routes.get("/installation/repositories", (c) =>
      this.#withToken(c, ({ installation, repositories }) =>
        Response.json({
          total_count: repositories.length,
          repositories: repositories.map((each) => repositoryBody(installation, each)),
        }),
      ),
    );
    routes.get("/repos/:owner/:repo", (c) =>
      this.#withRepository(c, "metadata", (live, repository) =>
        Response.json(repositoryBody(live.installation, repository)),
      ),
    );
    routes.get("/repos/:owner/:repo/contents/:path{.+}", (c) =>
      this.#withRepository(c, "contents", (_, repository) =>
        showFile(repository, c.req.param("path")),
      ),
    );
    routes.get("/users/:login", (c) => this.#showUser(c.req.param("login")));
  }

  #appBody(): object {
    const { app } = this.#world;
    return {
      id: app.id,
      client_id: app.clientId,
      slug: app.slug,
      name: app.name,
      owner: { login: "octo-org", type: "Organization" },
      html_url: `${this.#webUrl}/apps/${app.slug}`,
      permissions: this.#world.installations[0]?.permissions ?? {},
      events: [],
      installations_count: this.#world.installations.length,
    };
  }

  async #asApp(context: Context, answer: () => Response | Promise<Response>): Promise<Response> {
    const refusal = await refuseAppJwt(
      bearer(context),
      this.#world.app,
      await this.#appKey(),
      this.#now(),
    );
    return refusal === undefined ? await answer() : problem(401, refusal);
  }

  async #withToken(
    context: Context,
    answer: (live: LiveToken) => Response | Promise<Response>,
  ): Promise<Response> {
    const live = this.tokens.find(bearer(context), this.#world, this.#now());
    if (!live) return problem(401, "Bad credentials");
    return live.installation.suspendedAt ? suspended() : await answer(live);
  }

  async #withRepository(
    context: Context,
    permission: string,
    answer: (live: LiveToken, repository: SandboxRepository) => Response | Promise<Response>,
  ): Promise<Response> {
    return await this.#withToken(context, async (live) => {
      const { owner = "", repo = "" } = context.req.param() as Record<string, string>;
      const repository = live.repositories.find(({ name }) => sameName(name, repo));
      if (!repository || !sameName(live.installation.account.login, owner)) return notFound();
      if (!tokenMay(live, permission, "read"))
        return problem(403, "Resource not accessible by integration");
      return await answer(live, repository);
    });
  }

  async #showInstallation(
    context: Context,
    matches: (installation: SandboxInstallation) => boolean,
  ): Promise<Response> {
    return await this.#asApp(context, () => {
      const found = this.#world.installations.find(matches);
      return found ? Response.json(installationBody(this.#world, found, this.#webUrl)) : notFound();
    });
  }

  async #showRepositoryInstallation(context: Context): Promise<Response> {
    const { owner = "", repo = "" } = context.req.param() as Record<string, string>;
    const installation = this.#world.installations.find(({ account }) =>
      sameName(account.login, owner),
    );
    const visible = installation ? selectedRepositories(installation) : [];
    const renamed = Object.entries(installation?.renamed ?? {}).find(([old]) =>
      sameName(old, repo),
    )?.[1];
    if (renamed !== undefined) {
      const target = visible.find(({ name }) => name === renamed);
      const base = new URL(context.req.url);
      base.pathname = `${context.req.header("x-sandbox-base") ?? ""}/repositories/${target?.id}/installation`;
      return await this.#asApp(
        context,
        () =>
          new Response(JSON.stringify({ message: "Moved Permanently", url: base.href }), {
            status: 301,
            headers: { location: base.href },
          }),
      );
    }
    return await this.#showInstallation(
      context,
      (each) => each === installation && visible.some(({ name }) => sameName(name, repo)),
    );
  }

  async #mint(context: Context): Promise<Response> {
    const installation = this.#world.installations.find(
      ({ id }) => String(id) === context.req.param("id"),
    );
    if (!installation) return notFound();
    if (installation.suspendedAt) return suspended();
    const asked = readMintRequest(await context.req.text());
    if (asked instanceof Response) return asked;
    const grant = grantFor(installation, asked);
    if (grant instanceof Response) return grant;
    const { permissions, repositories, isNarrowed } = grant;
    const override = context.req.header("x-github-stateless-s2s-token");
    const forced =
      override === "enabled" ? "stateless" : override === "disabled" ? "classic" : undefined;
    const live = await this.tokens.mint(
      this.#world,
      await this.#appKey(),
      this.#now(),
      { installation, permissions, repositories },
      forced,
    );
    return Response.json(
      {
        token: live.token,
        expires_at: new Date(live.expiresAt).toISOString().replace(/\.\d{3}/, ""),
        permissions,
        repository_selection: isNarrowed || installation.selected ? "selected" : "all",
        ...(isNarrowed
          ? { repositories: repositories.map((each) => repositoryBody(installation, each)) }
          : {}),
      },
      { status: 201 },
    );
  }

  #showUser(login: string): Response {
    const { app, installations } = this.#world;
    if (sameName(login, `${app.slug}[bot]`)) {
      return Response.json({ id: 41_000_000 + app.id, login: `${app.slug}[bot]`, type: "Bot" });
    }
    const account = installations.find(({ account }) => sameName(account.login, login))?.account;
    return account ? Response.json(account) : notFound();
  }
}

async function showFile(
  { name, files = { "README.md": `# ${name}\n` } }: SandboxRepository,
  path: string,
): Promise<Response> {
  const text = files[path];
  if (text === undefined) return notFound();
  const content = new TextEncoder().encode(text);
  return Response.json({
    type: "file",
    encoding: "base64",
    name: path.split("/").at(-1),
    path,
    size: content.length,
    sha: await blobSha(content),
    content: encodeBase64(content),
  });
}
