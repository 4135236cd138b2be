import { covers, type PermissionLevel } from "../github/permissions.ts";
import { type RsaKey, signJwt } from "./rsa_key.ts";
import type { SandboxApp, SandboxInstallation, SandboxRepository, SandboxWorld } from "./world.ts";

/** A minted token as GitHub remembers it. */
export interface LiveToken {
  readonly token: string;
  readonly installation: SandboxInstallation;
  readonly permissions: Readonly<Record<string, PermissionLevel>>;
  readonly repositories: readonly SandboxRepository[];
  readonly mintedAt: number;
  readonly expiresAt: number;
}

const LIFETIME_MS = 3_600_000;
const MAX_TOKENS = 10_000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function randomText(length: number): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(length)),
    (byte) => LETTERS[byte % 62],
  ).join("");
}

async function newToken(
  app: SandboxApp,
  key: RsaKey,
  format: "classic" | "stateless",
  expiresAt: number,
): Promise<string> {
  if (format === "classic") return `ghs_${randomText(36)}`;
  // About 520 characters with two dots, like those GitHub rolls out since April 2026.
  const claims = { iss: "github", jti: randomText(36), exp: Math.floor(expiresAt / 1000) };
  return `ghs_${app.id}_${await signJwt(claims, key)}`;
}

/** The repositories an installation may see. */
export function selectedRepositories({
  repositories,
  selected,
}: SandboxInstallation): SandboxRepository[] {
  return repositories.filter(({ name }) => selected?.includes(name) ?? true);
}

/** Remembers the tokens of one sandbox. */
export class TokenStore {
  readonly #tokens = new Map<string, LiveToken>();
  #minted = 0;

  async mint(
    world: SandboxWorld,
    key: RsaKey,
    now: Date,
    grant: Pick<LiveToken, "installation" | "permissions" | "repositories">,
    forced: "classic" | "stateless" | undefined,
  ): Promise<LiveToken> {
    const alternating = this.#minted++ % 2 === 0 ? "classic" : "stateless";
    const format = forced ?? (world.tokenFormat === "alternate" ? alternating : world.tokenFormat);
    const mintedAt = now.getTime();
    const expiresAt = mintedAt + LIFETIME_MS;
    const live = {
      ...grant,
      token: await newToken(world.app, key, format, expiresAt),
      mintedAt,
      expiresAt,
    };
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.set(live.token, live);
    return live;
  }

  /** The token with what its installation is by now; nothing once it has expired or the app is uninstalled. */
  find(token: string, world: SandboxWorld, now: Date): LiveToken | undefined {
    const live = this.#tokens.get(token);
    if (!live || now.getTime() - live.mintedAt < world.replicationMs) return undefined;
    return current(live, world, now);
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  /** How many tokens would still work. */
  count(world: SandboxWorld, now: Date): number {
    const all = [...this.#tokens.values()].map((each) => current(each, world, now));
    return all.filter((each) => each && !each.installation.suspendedAt).length;
  }
}

function current(live: LiveToken, world: SandboxWorld, now: Date): LiveToken | undefined {
  const installation = world.installations.find(({ id }) => id === live.installation.id);
  return installation && now.getTime() < live.expiresAt ? { ...live, installation } : undefined;
}

/** Whether a token may do something that needs a permission. */
export function tokenMay(live: LiveToken, permission: string, level: PermissionLevel): boolean {
  return covers(live.permissions[permission], level);
}
