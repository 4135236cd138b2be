import type { KeyReference } from "./key_id.ts";

/** Parts of a role's ARN. */
export interface RoleReference {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
}

/**
 * A policy for an assumed session that allows nothing but making app JWTs with
 * one key: `kms:Sign` with the one algorithm, and what a diagnosis reads.
 *
 * IAM knows keys by their ARN only, so an alias stands in a condition.
 */
export function sessionPolicy(key: KeyReference, role: RoleReference): string {
  const { partition, accountId } = key.owner ?? role;
  const isAlias = key.name.startsWith("alias/");
  const Resource = `arn:${partition}:kms:${key.region}:${accountId}:key/${isAlias ? "*" : key.name}`;
  const named = isAlias ? { "kms:RequestAlias": key.name } : {};
  const algorithm = {
    "kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    "kms:MessageType": "RAW",
  };
  const Condition = { StringEquals: { ...named, ...algorithm } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "kms:Sign", Resource, Condition },
      {
        Effect: "Allow",
        Action: ["kms:GetPublicKey", "kms:DescribeKey"],
        Resource,
        ...(isAlias ? { Condition: { StringEquals: named } } : {}),
      },
    ],
  });
}
