import { decodeBase64, encodeBase64 } from "../base64.ts";
import { type AwsFault, awsAnswer, awsFaultAnswer, type SignedIn, signIn } from "./aws_gate.ts";
import type { FindPrincipal } from "./aws_principal.ts";
import { refuseByIdentityPolicy, refuseBySessionPolicy } from "./kms_authorization.ts";
import type { RsaKey } from "./rsa_key.ts";
import type { ReceivedRequest } from "./sigv4_verifier.ts";
import type { SandboxKey, SandboxWorld } from "./world.ts";

const ALGORITHMS = [
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
];
// KMS Sign: "Message … Length Constraints: Minimum length of 1. Maximum length of 4096."
const MAX_MESSAGE_BYTES = 4096;

const fault = (type: string, message: string): AwsFault => ({ status: 400, type, message });

type Output = Record<string, unknown> | AwsFault;
const isFault = (output: Output): output is AwsFault => "type" in output && "status" in output;

/** ARN of the sandbox's key. */
export function keyArn({ region, accountId, keyId }: SandboxKey): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

/** The Region that a KMS host names; nothing for the sandbox's own host. */
function regionOf(hostname: string): string | undefined {
  return /^kms(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\./.exec(hostname)?.[1];
}

function notFound(key: SandboxKey, keyId: string, region: string): AwsFault | undefined {
  const prefix = `arn:aws:kms:${region}:${key.accountId}:`;
  const isArn = keyId.startsWith("arn:");
  if (isArn && !/^arn:[^:]+:kms:[^:]*:[^:]*:(?:key|alias)\/./.test(keyId)) {
    return fault("NotFoundException", "Invalid arn");
  }
  const arn = isArn ? keyId : `${prefix}${keyId.startsWith("alias/") ? "" : "key/"}${keyId}`;
  const names = [`${prefix}key/${key.keyId}`, `${prefix}${key.alias}`];
  if (region === key.region && names.includes(arn)) return undefined;
  return arn.includes(":alias/")
    ? fault("NotFoundException", `Alias ${arn} is not found.`)
    : fault("NotFoundException", `Key '${arn}' does not exist`);
}

function stateFault(key: SandboxKey): AwsFault | undefined {
  switch (key.state) {
    case "Enabled":
      return undefined;
    case "Disabled":
      return fault("DisabledException", `${keyArn(key)} is disabled.`);
    case "PendingImport":
      return fault("KMSInvalidStateException", `${keyArn(key)} is pending import.`);
    case "PendingDeletion":
      return fault("KMSInvalidStateException", `${keyArn(key)} is pending deletion.`);
  }
}

async function sign(key: SandboxKey, rsa: RsaKey, input: Record<string, unknown>): Promise<Output> {
  const { Message, MessageType = "RAW", SigningAlgorithm, DryRun } = input;
  const invalid = (text: string) => fault("ValidationException", text);
  if (typeof Message !== "string")
    return invalid("1 validation error detected: 'message' must not be null");
  let message: Uint8Array<ArrayBuffer>;
  try {
    message = decodeBase64(Message);
  } catch {
    return fault("SerializationException", "'message' is not base64");
  }
  if (message.length < 1 || message.length > MAX_MESSAGE_BYTES) {
    return invalid(
      `1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length between 1 and ${MAX_MESSAGE_BYTES}`,
    );
  }
  if (typeof SigningAlgorithm !== "string" || !["RAW", "DIGEST"].includes(String(MessageType))) {
    return invalid(
      "1 validation error detected: 'signingAlgorithm' or 'messageType' failed to satisfy constraint",
    );
  }
  if (key.usage !== "SIGN_VERIFY" || !ALGORITHMS.includes(SigningAlgorithm)) {
    return fault(
      "InvalidKeyUsageException",
      `${keyArn(key)} key usage is ${key.usage} which is not valid for Sign.`,
    );
  }
  if (SigningAlgorithm !== "RSASSA_PKCS1_V1_5_SHA_256" || MessageType !== "RAW") {
    return invalid("The sandbox signs RAW messages with RSASSA_PKCS1_V1_5_SHA_256 only.");
  }
  if (DryRun === true)
    return fault(
      "DryRunOperationException",
      "The request would have succeeded, but the DryRun option is set.",
    );
  return { KeyId: keyArn(key), Signature: encodeBase64(await rsa.sign(message)), SigningAlgorithm };
}

async function perform(
  operation: string,
  key: SandboxKey,
  { principal, region }: SignedIn,
  rsa: RsaKey,
  input: Record<string, unknown>,
): Promise<Output> {
  if (typeof input.KeyId !== "string") {
    return fault("ValidationException", "1 validation error detected: 'keyId' must not be null");
  }
  const missing = notFound(key, input.KeyId, region);
  if (missing) return missing;
  const refused = refuseBySessionPolicy(principal, operation, key, keyArn(key), input);
  if (refused) return refused;
  if (operation === "DescribeKey") {
    return {
      KeyMetadata: {
        AWSAccountId: key.accountId,
        Arn: keyArn(key),
        KeyId: key.keyId,
        Enabled: key.state === "Enabled",
        KeyManager: "CUSTOMER",
        KeySpec: "RSA_2048",
        KeyState: key.state,
        KeyUsage: key.usage,
        MultiRegion: false,
        Origin: key.origin,
      },
    };
  }
  const unusable = stateFault(key);
  if (unusable) return unusable;
  if (operation === "Sign") return await sign(key, rsa, input);
  return {
    KeyId: keyArn(key),
    PublicKey: encodeBase64(rsa.publicKey),
    KeySpec: "RSA_2048",
    KeyUsage: key.usage,
    ...(key.usage === "SIGN_VERIFY" ? { SigningAlgorithms: ALGORITHMS } : {}),
  };
}

/** Answers one request to KMS. */
export async function answerKms(
  request: ReceivedRequest,
  { key }: SandboxWorld,
  findPrincipal: FindPrincipal,
  now: Date,
  rsa: () => Promise<RsaKey>,
): Promise<Response> {
  const { method, headers, url } = request;
  const operation = /^TrentService\.(\w+)$/.exec(headers.get("x-amz-target") ?? "")?.[1];
  if (
    method !== "POST" ||
    !/^application\/x-amz-json-1\.1(?:;|$)/.test(headers.get("content-type") ?? "") ||
    !operation ||
    !["Sign", "GetPublicKey", "DescribeKey"].includes(operation)
  ) {
    return awsAnswer(400, { __type: "UnknownOperationException" });
  }
  const signedIn = await signIn(
    request,
    { service: "kms", region: regionOf(url.hostname) },
    findPrincipal,
    now,
  );
  if (!("principal" in signedIn)) return awsFaultAnswer(signedIn);
  const refused = refuseByIdentityPolicy(signedIn.principal, operation, keyArn(key));
  if (refused) return awsFaultAnswer(refused);
  let input: unknown;
  try {
    input = JSON.parse(request.body);
  } catch {
    input = undefined;
  }
  if (typeof input !== "object" || input === null) {
    return awsFaultAnswer(fault("SerializationException", "The body is not a JSON object"));
  }
  const output = await perform(
    operation,
    key,
    signedIn,
    await rsa(),
    input as Record<string, unknown>,
  );
  return isFault(output) ? awsFaultAnswer(output) : awsAnswer(200, output);
}
