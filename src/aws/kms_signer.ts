import * as v from "valibot";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import type { Signature, Signer, SignOptions } from "../signer.ts";
import { createKmsClient, type KmsKeyOptions } from "./kms_client.ts";

const SIGNING_ALGORITHM = "RSASSA_PKCS1_V1_5_SHA_256";

const isBlob = (text: unknown): text is string =>
  typeof text === "string" && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
const blob = v.custom<string>(isBlob);

const signOutput = v.object({
  KeyId: v.string(),
  Signature: blob,
  SigningAlgorithm: v.custom<string>((algorithm) => algorithm === SIGNING_ALGORITHM),
});

const publicKeyOutput = v.object({ PublicKey: blob });

/**
 * Makes a {@link Signer} from a KMS key: each signature is one `kms:Sign`
 * request; the key itself never leaves KMS.
 *
 * @throws {InputError} If an option can never work.
 * `aws_credentials_missing` if the credentials are empty.
 *
 * @example A signer with an alias
 * ```ts
 * import { credentialsFromEnvironment, kmsSigner } from "kms-app-token";
 *
 * const signer = kmsSigner({
 *   keyId: "alias/github-app",
 *   region: "eu-west-1",
 *   credentials: credentialsFromEnvironment(process.env),
 * });
 * const { signature } = await signer("header.payload");
 * console.log(signature.length); // 256 bytes for RSA_2048
 * ```
 */
export function kmsSigner(options: KmsKeyOptions): Signer {
  const kms = createKmsClient(options);

  async function sign(signingInput: string, callOptions?: SignOptions): Promise<Signature> {
    const input = {
      Message: encodeBase64(new TextEncoder().encode(signingInput)),
      // Sent although it is the default, so that a policy can demand it.
      MessageType: "RAW",
      SigningAlgorithm: SIGNING_ALGORITHM,
    };
    const { output, requestId } = await kms.call("Sign", input, signOutput, callOptions);
    return { signature: decodeBase64(output.Signature), keyArn: output.KeyId, requestId };
  }

  async function fingerprint(callOptions?: SignOptions): Promise<string> {
    const { output } = await kms.call("GetPublicKey", {}, publicKeyOutput, callOptions);
    // GitHub's settings page shows the SHA-256 of the DER-encoded SubjectPublicKeyInfo.
    const digest = await crypto.subtle.digest("SHA-256", decodeBase64(output.PublicKey));
    return `SHA256:${encodeBase64(new Uint8Array(digest))}`;
  }

  return Object.assign(sign, { fingerprint });
}
