import { type Command, Option } from "commander";
import type { Environment } from "../aws/environment.ts";
import { InputError } from "../errors.ts";

/** One option: its flag and the environment variables that stand in for it, best first. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly env: readonly string[];
}

/** The options of a command by the name that commander gives their value. */
export type OptionSpecs<Name extends string = string> = Readonly<Record<Name, OptionSpec>>;

/** Whose JWT, signed by which key, for which GitHub. */
export const APP_OPTIONS: OptionSpecs<
  "clientId" | "kmsKeyId" | "awsRegion" | "kmsEndpoint" | "githubApiUrl" | "timeout"
> = {
  clientId: {
    flags: "--client-id <id>",
    description: "client id (or app id) of the GitHub App",
    env: ["KMS_APP_TOKEN_CLIENT_ID", "KMS_APP_TOKEN_APP_ID"],
  },
  kmsKeyId: {
    flags: "--kms-key-id <key>",
    description: "KMS key id, key ARN, alias/<name> or alias ARN",
    env: ["KMS_APP_TOKEN_KMS_KEY_ID"],
  },
  awsRegion: {
    flags: "--aws-region <region>",
    description: "AWS Region, when the key is not an ARN",
    env: ["AWS_REGION", "AWS_DEFAULT_REGION"],
  },
  kmsEndpoint: {
    flags: "--kms-endpoint <url>",
    description: "KMS endpoint, when not the Region's own",
    env: ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"],
  },
  githubApiUrl: {
    flags: "--github-api-url <url>",
    description: "base URL of GitHub's REST API (default: https://api.github.com)",
    env: ["GITHUB_API_URL"],
  },
  timeout: {
    flags: "--timeout <seconds>",
    description: "time for the whole command (default: 120)",
    env: ["KMS_APP_TOKEN_TIMEOUT"],
  },
};

/** For what to mint a token. */
export const TARGET_OPTIONS: OptionSpecs<
  "owner" | "repositories" | "repositoryIds" | "permissions" | "installationId" | "enterprise"
> = {
  owner: {
    flags: "--owner <login>",
    description: "user or organization; alone: all repositories of its installation",
    env: ["KMS_APP_TOKEN_OWNER"],
  },
  repositories: {
    flags: "--repositories <list>",
    description: "names or <owner>/<name>, separated by commas",
    env: ["KMS_APP_TOKEN_REPOSITORIES"],
  },
  repositoryIds: {
    flags: "--repository-ids <list>",
    description: "the same by id",
    env: ["KMS_APP_TOKEN_REPOSITORY_IDS"],
  },
  permissions: {
    flags: "--permissions <list>",
    description: "name:level pairs, separated by commas (default: all the installation has)",
    env: ["KMS_APP_TOKEN_PERMISSIONS"],
  },
  installationId: {
    flags: "--installation-id <id>",
    description: "id of the installation; saves the request that finds it",
    env: ["KMS_APP_TOKEN_INSTALLATION_ID"],
  },
  enterprise: {
    flags: "--enterprise <slug>",
    description: "enterprise whose installation to use",
    env: ["KMS_APP_TOKEN_ENTERPRISE"],
  },
};

/** Adds options to a command. Not commander's own `.env()`, which takes the empty string for a value. */
export function addOptions(command: Command, specs: OptionSpecs): Command {
  for (const { flags, description, env } of Object.values(specs)) {
    const from = env.length > 0 ? ` [env ${env.join(", ")}]` : "";
    command.addOption(new Option(flags, description + from));
  }
  return command;
}

/** The values of a command's options: from its flags, else from the environment. */
export function readOptions<S extends OptionSpecs>(
  specs: S,
  flags: Record<string, unknown>,
  env: Environment,
): { readonly [K in keyof S]?: string | undefined } {
  const values: Record<string, string | undefined> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const flag = flags[name];
    if (typeof flag === "string" && flag.trim() === "") {
      // `--repositories "$LIST"` with an unset LIST must not come to mean all repositories.
      throw new InputError(
        `Cannot use ${flagName(spec)}: its value is empty; give one, or leave the option out`,
      );
    }
    const fromEnv = spec.env.map((variable) => env[variable]?.trim()).find(Boolean);
    values[name] = typeof flag === "string" ? flag.trim() : fromEnv;
  }
  return values as { readonly [K in keyof S]?: string | undefined };
}

function flagName({ flags }: OptionSpec): string {
  return flags.split(" ")[0] ?? flags;
}

/** Takes the values that a command cannot do without, and names all that are missing at once. */
export function requireOptions<S extends OptionSpecs, K extends keyof S & string>(
  specs: S,
  values: { readonly [P in keyof S]?: string | undefined },
  names: readonly K[],
): { readonly [P in K]: string } {
  const missing = names.filter((name) => !values[name]);
  if (missing.length > 0) {
    const list = missing.map((name) => {
      const spec = specs[name] as OptionSpec;
      return `${flagName(spec)} (or ${spec.env[0]})`;
    });
    throw new InputError(`Missing: ${list.join(" and ")}`);
  }
  return values as { readonly [P in K]: string };
}

/** Reads a whole number. */
export function wholeNumber(
  text: string,
  spec: OptionSpec,
  least = 1,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    const end = most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : "";
    throw new InputError(
      `Cannot use ${flagName(spec)} "${text.slice(0, 40)}": give a whole number from ${least}${end}`,
    );
  }
  return value;
}
