import type { PermissionLevel } from "../github/permissions.ts";

/** A repository on the sandbox's GitHub. */
export interface SandboxRepository {
  /** As `repository_ids` and id tokens have it. */
  id: number;
  /** Without the owner. */
  name: string;
  /** Contents by path. @default {{ "README.md": "# <name>\n" }} */
  files?: Record<string, string>;
}

/** One account with the app installed on it. */
export interface SandboxInstallation {
  /** As in `/app/installations/<id>`. */
  id: number;
  /** Where the app is installed. */
  account: { id: number; login: string; type: "Organization" | "User" | "Enterprise" };
  /** What its tokens can have at most. */
  permissions: Record<string, PermissionLevel>;
  /** All repositories the account has. */
  repositories: SandboxRepository[];
  /** Names of those the app may see; all of them when left out. */
  selected?: string[];
  /** Old names that answer 301, as after a rename: `{ old: "new" }`. */
  renamed?: Record<string, string>;
  /** ISO 8601 time since when it is suspended. */
  suspendedAt?: string;
}

/** The GitHub App. */
export interface SandboxApp {
  /** The app id; `iss` may be this one. */
  id: number;
  /** The client id; `iss` may be this one. */
  clientId: string;
  /** As in `https://github.com/apps/<slug>`. */
  slug: string;
  /** As people see it. */
  name: string;
}

/** The states of a KMS key that the sandbox knows. */
export type SandboxKeyState = "Enabled" | "Disabled" | "PendingImport" | "PendingDeletion";

/** The KMS key. */
export interface SandboxKey {
  /** A UUID. */
  keyId: string;
  /** With the prefix `alias/`. */
  alias: string;
  /** The one Region that has the key, such as `eu-west-1`. */
  region: string;
  /** Twelve digits. */
  accountId: string;
  /** Only a key for `SIGN_VERIFY` signs. */
  usage: "SIGN_VERIFY" | "ENCRYPT_DECRYPT";
  /** Only an `Enabled` key signs. */
  state: SandboxKeyState;
  /** `AWS_KMS`: made by KMS itself, and so none of the app's keys. */
  origin: "EXTERNAL" | "AWS_KMS";
}

/** An IAM user with an access key. */
export interface SandboxPrincipal {
  /** As in the ARN that an AccessDeniedException names. */
  userName: string;
  /** What requests are signed in with. */
  accessKeyId: string;
  /** What their signatures are recomputed with. */
  secretAccessKey: string;
  /** Makes the credentials temporary: requests have to bring it. */
  sessionToken?: string;
  /** When the session ends, ISO 8601. */
  expiration?: string;
  /** KMS operations its policy allows. */
  allowed: string[];
}

/** An IAM role that workflow jobs can assume with their id token. */
export interface SandboxRole {
  /** `arn:aws:iam::<account>:role/<name>` */
  arn: string;
  /** Whom its trust policy admits: patterns of `sub`, with `*` and `?`. */
  subjects: string[];
  /** How long a session can last, in seconds. */
  maxSessionSeconds: number;
  /** KMS operations its policy allows; a session policy can only narrow them. */
  allowed: string[];
}

/** IAM's entry for the issuer of the id tokens. */
export interface SandboxIdentityProvider {
  /** Whether there is one, for whatever name the sandbox issues id tokens in. */
  registered: boolean;
  /** Its client ids: the `aud` an id token may have. */
  audiences: string[];
}

/** Everything the sandbox knows; change it at any time. */
export interface SandboxWorld {
  /** The one GitHub App there is. */
  app: SandboxApp;
  /** Where it is installed. */
  installations: SandboxInstallation[];
  /** The one KMS key there is. */
  key: SandboxKey;
  /** Who may sign in to AWS; the first is in `environment()`. */
  principals: SandboxPrincipal[];
  /** What can be assumed through STS. */
  roles: SandboxRole[];
  /** Whose id tokens STS takes. */
  identityProvider: SandboxIdentityProvider;
  /** What the id tokens of the workflow job say, beside `iss`, `aud` and the times. */
  idTokenClaims: Record<string, string>;
  /** Which of GitHub's two token formats to mint. */
  tokenFormat: "classic" | "stateless" | "alternate";
  /** How far the sandbox's servers are ahead of this machine, in seconds; ten years at most. */
  clockOffsetSeconds: number;
  /**
   * Time added to every answer, in milliseconds. It passes after the work is done, whoever
   * is still waiting: a client that leaves during it leaves a minted token behind.
   */
  latencyMs: number;
  /** For how long a new token is answered 401, in milliseconds. */
  replicationMs: number;
}

/** Ten years: beyond what a clock is ever wrong by, and well within what a date can be. */
export const MAX_CLOCK_OFFSET_SECONDS = 315_360_000;
/** Ten minutes. */
export const MAX_DELAY_MS = 600_000;

/** The world that a sandbox starts with. */
export function defaultWorld(): SandboxWorld {
  return {
    app: { id: 123456, clientId: "Iv23liSandboxClient1", slug: "sandbox-app", name: "Sandbox App" },
    installations: [
      {
        id: 1001,
        account: { id: 9001, login: "octo-org", type: "Organization" },
        permissions: {
          contents: "write",
          issues: "write",
          metadata: "read",
          members: "read",
          pull_requests: "read",
        },
        repositories: [
          { id: 5001, name: "hello" },
          { id: 5002, name: "world" },
          { id: 5003, name: "unselected" },
        ],
        selected: ["hello", "world"],
        renamed: { "hello-old": "hello" },
      },
      {
        id: 1002,
        account: { id: 9002, login: "octocat", type: "User" },
        permissions: { contents: "read", metadata: "read" },
        repositories: [{ id: 5004, name: "dotfiles" }],
      },
      {
        id: 1003,
        account: { id: 9003, login: "sleepy-org", type: "Organization" },
        permissions: { contents: "read", metadata: "read" },
        repositories: [{ id: 5005, name: "dreams" }],
        suspendedAt: "2026-01-02T03:04:05Z",
      },
      {
        id: 1004,
        account: { id: 9004, login: "octo-enterprise", type: "Enterprise" },
        permissions: { enterprise_administration: "read" },
        repositories: [],
      },
    ],
    key: {
      keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
      alias: "alias/github-app",
      region: "eu-west-1",
      accountId: "111122223333",
      usage: "SIGN_VERIFY",
      state: "Enabled",
      origin: "EXTERNAL",
    },
    principals: [
      {
        // The example pair of AWS's documentation: recognised everywhere as no real secret.
        userName: "sandbox",
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        allowed: ["Sign", "GetPublicKey", "DescribeKey"],
      },
    ],
    roles: [
      {
        arn: "arn:aws:iam::111122223333:role/kms-app-token",
        // The second is the immutable form, which newer repositories send.
        subjects: ["repo:octo-org/hello:*", "repo:octo-org@9001/hello@5001:*"],
        maxSessionSeconds: 3_600,
        allowed: ["Sign", "GetPublicKey", "DescribeKey"],
      },
    ],
    identityProvider: { registered: true, audiences: ["sts.amazonaws.com"] },
    idTokenClaims: {
      sub: "repo:octo-org/hello:ref:refs/heads/main",
      repository: "octo-org/hello",
      repository_id: "5001",
      repository_owner: "octo-org",
      repository_owner_id: "9001",
      event_name: "push",
      ref: "refs/heads/main",
      ref_type: "branch",
      job_workflow_ref: "octo-org/hello/.github/workflows/ci.yml@refs/heads/main",
      workflow_ref: "octo-org/hello/.github/workflows/ci.yml@refs/heads/main",
      runner_environment: "github-hosted",
      run_id: "1",
      run_attempt: "1",
      actor: "octocat",
      actor_id: "9002",
    },
    tokenFormat: "alternate",
    clockOffsetSeconds: 0,
    latencyMs: 0,
    replicationMs: 0,
  };
}
