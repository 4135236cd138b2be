import type { AwsFault } from "./aws_gate.ts";
import type { AwsPrincipal } from "./aws_principal.ts";
import { evaluateIamPolicy, type PolicyQuestion } from "./iam_policy.ts";
import type { SandboxKey } from "./world.ts";

const denied = (
  { arn }: AwsPrincipal,
  operation: string,
  keyArn: string,
  because: string,
): AwsFault => ({
  status: 400,
  type: "AccessDeniedException",
  message: `User: ${arn} is not authorized to perform: kms:${operation} on resource: ${keyArn} ${because}`,
});

/** Refuses what the policy of the user or role itself does not allow. */
export function refuseByIdentityPolicy(
  principal: AwsPrincipal,
  operation: string,
  keyArn: string,
): AwsFault | undefined {
  if (principal.allowed.includes(operation)) return undefined;
  const because = `because no identity-based policy allows the kms:${operation} action`;
  return denied(principal, operation, keyArn, because);
}

/** The condition keys that KMS gives a request, as its developer guide lists them. */
function conditionKeys(
  operation: string,
  { alias }: SandboxKey,
  { KeyId, MessageType = "RAW", SigningAlgorithm }: Record<string, unknown>,
): PolicyQuestion["context"] {
  const named = /^(?:arn:[^:]+:kms:[^:]+:\d+:)?(alias\/.+)$/.exec(String(KeyId))?.[1];
  return {
    // "The value of the key's aliases": multivalued, whichever name the request used.
    "kms:ResourceAliases": [alias],
    ...(named ? { "kms:RequestAlias": named } : {}),
    ...(operation === "Sign" ? { "kms:MessageType": String(MessageType) } : {}),
    ...(operation === "Sign" && typeof SigningAlgorithm === "string"
      ? { "kms:SigningAlgorithm": SigningAlgorithm }
      : {}),
  };
}

/** Refuses what the policy that a session was begun with does not allow. */
export function refuseBySessionPolicy(
  principal: AwsPrincipal,
  operation: string,
  key: SandboxKey,
  keyArn: string,
  input: Record<string, unknown>,
): AwsFault | undefined {
  if (!principal.sessionPolicy) return undefined;
  const answer = evaluateIamPolicy(principal.sessionPolicy, {
    action: `kms:${operation}`,
    resource: keyArn,
    context: conditionKeys(operation, key, input),
  });
  switch (answer) {
    case "allowed":
      return undefined;
    case "denied":
      return denied(principal, operation, keyArn, "with an explicit deny in a session policy");
    case "not_allowed":
      return denied(
        principal,
        operation,
        keyArn,
        `because no session policy allows the kms:${operation} action`,
      );
  }
}
