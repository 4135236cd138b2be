import { signIn } from "./aws_gate.ts";
import { type AwsPrincipal, uniqueId, userPrincipal } from "./aws_principal.ts";
import { type QueryFault, queryAnswer, queryFaultAnswer, type XmlElements } from "./aws_query.ts";
import { parseIamPolicy } from "./iam_policy.ts";
import type { RsaKey } from "./rsa_key.ts";
import type { ReceivedRequest } from "./sigv4_verifier.ts";
import { readAssumeRoleParameters } from "./sts_parameters.ts";
import { StsSessions } from "./sts_sessions.ts";
import { readWebIdentity } from "./web_identity.ts";
import { matchesWildcard } from "./wildcard.ts";
import type { SandboxWorld } from "./world.ts";

const VERSION = "2011-06-15";

type Output = { readonly result: XmlElements } | QueryFault;

// What the gate refuses has other names and statuses in the Query protocol.
const GATE_FAULTS: ReadonlyMap<string, Pick<QueryFault, "status" | "code">> = new Map([
  ["MissingAuthenticationTokenException", { status: 403, code: "MissingAuthenticationToken" }],
  ["IncompleteSignatureException", { status: 400, code: "IncompleteSignature" }],
  ["UnrecognizedClientException", { status: 403, code: "InvalidClientTokenId" }],
  ["ExpiredTokenException", { status: 403, code: "ExpiredToken" }],
]);
const BAD_SIGNATURE = { status: 403, code: "SignatureDoesNotMatch" };

const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

/** The Region that requests to a host have to be signed for; nothing for the sandbox's own host. */
function regionOf(hostname: string): string | undefined {
  const [, place] = /^sts(?:-fips)?\.([a-z0-9-]+)\./.exec(hostname) ?? [];
  // The global endpoint counts as the one of us-east-1.
  return place === "amazonaws" ? "us-east-1" : place;
}

/** STS as far as a workflow job sees it, and the memory of who may sign in to AWS. */
export class SandboxSts {
  readonly #sessions = new StsSessions();
  readonly #world: SandboxWorld;
  readonly #issuerKey: () => Promise<RsaKey>;
  readonly #servesIssuer: (issuer: string) => boolean;
  readonly #now: () => Date;

  constructor(
    world: SandboxWorld,
    issuerKey: () => Promise<RsaKey>,
    servesIssuer: (issuer: string) => boolean,
    now: () => Date,
  ) {
    this.#world = world;
    this.#issuerKey = issuerKey;
    this.#servesIssuer = servesIssuer;
    this.#now = now;
  }

  /** Who has an access key: a user of the world, or a session begun here. */
  findPrincipal(accessKeyId: string): AwsPrincipal | undefined {
    const { principals, roles, key } = this.#world;
    const user = principals.find((each) => each.accessKeyId === accessKeyId);
    return user ? userPrincipal(user, key.accountId) : this.#sessions.find(accessKeyId, roles);
  }

  /** Answers one request. */
  async answer(request: ReceivedRequest): Promise<Response> {
    const { method, headers, body } = request;
    const type = headers.get("content-type") ?? "";
    if (method !== "POST" || !/^application\/x-www-form-urlencoded\b/i.test(type)) {
      const message = "The sandbox's STS takes a form by POST.";
      return queryFaultAnswer({ status: 404, code: "UnknownOperationException", message });
    }
    const form = new URLSearchParams(body);
    const action = form.get("Action") ?? "";
    const output = await this.#perform(action, form, request);
    return "result" in output ? queryAnswer(action, output.result) : queryFaultAnswer(output);
  }

  async #perform(action: string, form: URLSearchParams, request: ReceivedRequest): Promise<Output> {
    if (!action) {
      const message =
        "The request must contain the parameter Action or be of a form that does not need it.";
      return { status: 400, code: "MissingAction", message };
    }
    const version = form.get("Version") ?? "NO_VERSION_SPECIFIED";
    if (version === VERSION && action === "GetCallerIdentity") {
      return await this.#getCallerIdentity(request);
    }
    if (version === VERSION && action === "AssumeRoleWithWebIdentity") {
      return await this.#assumeRoleWithWebIdentity(form);
    }
    const message = `Could not find operation ${action} for version ${version}`;
    return { status: 400, code: "InvalidAction", message };
  }

  async #getCallerIdentity(request: ReceivedRequest): Promise<Output> {
    const find = (accessKeyId: string) => this.findPrincipal(accessKeyId);
    const expected = { service: "sts", region: regionOf(request.url.hostname) };
    const signedIn = await signIn(request, expected, find, this.#now());
    if (!("principal" in signedIn)) {
      const { type, message } = signedIn;
      return { ...(GATE_FAULTS.get(type) ?? BAD_SIGNATURE), message };
    }
    const { principal } = signedIn;
    const { arn } = principal;
    return { result: { Arn: arn, UserId: await principal.userId(), Account: accountOf(arn) } };
  }

  async #assumeRoleWithWebIdentity(form: URLSearchParams): Promise<Output> {
    const parameters = readAssumeRoleParameters(form);
    if ("code" in parameters) return parameters;
    const { roleArn, roleSessionName, durationSeconds } = parameters;
    const policy = parameters.policy === undefined ? undefined : parseIamPolicy(parameters.policy);
    if (policy && "malformed" in policy) {
      return { status: 400, code: "MalformedPolicyDocument", message: policy.malformed };
    }

    const { roles, key, identityProvider } = this.#world;
    const accountId = accountOf(roleArn);
    const isOwnAccount = [key.accountId, ...roles.map(({ arn }) => accountOf(arn))].includes(
      accountId,
    );
    const now = this.#now();
    const identity = await readWebIdentity(
      parameters.webIdentityToken,
      {
        provider: identityProvider,
        // Another account has its own list of providers, and this one is not on it.
        serves: (issuer) => isOwnAccount && this.#servesIssuer(issuer),
        key: await this.#issuerKey(),
      },
      now,
    );
    if ("code" in identity) return identity;

    const { issuer, audience, subject } = identity;
    const role = roles.find(({ arn }) => arn === roleArn);
    // AWS does not tell a role that is not there from one that does not trust the caller.
    if (!role?.subjects.some((pattern) => matchesWildcard(pattern, subject))) {
      const message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
      return { status: 403, code: "AccessDenied", message };
    }
    if (durationSeconds > role.maxSessionSeconds) {
      const message =
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
      return { status: 400, code: "ValidationError", message };
    }

    const partition = roleArn.split(":")[1] ?? "";
    // A role's path is no part of its sessions' ARNs.
    const roleName = roleArn.split("/").at(-1) ?? "";
    const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${roleSessionName}`;
    const userId = `${await uniqueId("AROA", roleArn)}:${roleSessionName}`;
    const expiresAt = new Date(now.getTime() + durationSeconds * 1000);
    const session = this.#sessions.begin({ roleArn, arn, userId, policy, expiresAt }, now);
    const provider = `arn:${partition}:iam::${accountId}:oidc-provider/${issuer.replace(/^https?:\/\//, "")}`;
    return {
      result: {
        SubjectFromWebIdentityToken: subject,
        Audience: audience,
        AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
        Credentials: {
          AccessKeyId: session.accessKeyId,
          SecretAccessKey: session.secretAccessKey,
          SessionToken: session.sessionToken,
          Expiration: session.expiration,
        },
        Provider: provider,
      },
    };
  }
}
