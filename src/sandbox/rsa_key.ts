import { decodeBase64, decodeBase64Url, encodeBase64Url } from "../base64.ts";
import { InputError } from "../errors.ts";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** An RSA key as KMS keeps it: it signs, and shows its public half. */
export interface RsaKey {
  sign(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  verify(signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** The public half as a JWK. */
  readonly publicJwk: { readonly n: string; readonly e: string };
}

// DER (X.690): a tag, the length in one byte or in a counted number of bytes, the content.
function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const sizeBytes: number[] = [];
  for (let rest = size; rest > 0; rest >>= 8) sizeBytes.unshift(rest & 0xff);
  const head = size < 128 ? [tag, size] : [tag, 0x80 | sizeBytes.length, ...sizeBytes];
  return Uint8Array.from([...head, ...parts.flatMap((part) => [...part])]);
}

const RSA_ENCRYPTION = Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);

/** Puts a PKCS#1 RSAPrivateKey, as GitHub hands it out, into the PKCS#8 that WebCrypto reads. */
function pkcs8FromPkcs1(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const version = der(0x02, Uint8Array.of(0));
  const algorithm = der(0x30, der(0x06, RSA_ENCRYPTION), der(0x05));
  return Uint8Array.from(der(0x30, version, algorithm, der(0x04, pkcs1)));
}

const unreadable = (): InputError =>
  new InputError(
    "Cannot read the private key: give the whole PEM that GitHub downloads, with BEGIN RSA PRIVATE KEY",
  );

/** Whether these bytes are one DER SEQUENCE, whole. */
function isDerSequence(bytes: Uint8Array): boolean {
  const [tag, first = 0] = bytes;
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
  const size = bytes.slice(2, 2 + sizeBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  return tag === 0x30 && bytes.length === 2 + sizeBytes + (first < 0x80 ? first : size);
}

/**
 * Takes the PKCS#8 out of a private key's PEM: PKCS#1, as GitHub hands it out, or PKCS#8.
 *
 * @throws {InputError} If it is none, or cut short.
 */
export function pkcs8FromPem(pem: string): Uint8Array<ArrayBuffer> {
  const match =
    /-----BEGIN (RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END \1?PRIVATE KEY-----/.exec(pem);
  if (!match) throw unreadable();
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = decodeBase64((match[2] ?? "").replace(/\s/g, ""));
  } catch {
    throw unreadable();
  }
  if (!isDerSequence(bytes)) throw unreadable();
  return match[1] ? pkcs8FromPkcs1(bytes) : bytes;
}

async function fromPair(privateKey: CryptoKey, publicKey: CryptoKey): Promise<RsaKey> {
  const { n = "", e = "" } = await crypto.subtle.exportKey("jwk", publicKey);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  return {
    async sign(message) {
      return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, message));
    },
    async verify(signature, message) {
      return await crypto.subtle.verify(ALGORITHM, publicKey, signature, message);
    },
    publicKey: spki,
    publicJwk: { n, e },
  };
}

/**
 * Reads a private key in PKCS#8.
 *
 * @throws {InputError} If it is not one of RSA.
 */
export async function rsaKeyFromPkcs8(pkcs8: Uint8Array<ArrayBuffer>): Promise<RsaKey> {
  let privateKey: CryptoKey;
  try {
    privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, true, ["sign"]);
  } catch {
    throw unreadable();
  }
  const { n, e } = await crypto.subtle.exportKey("jwk", privateKey);
  const publicJwk = { kty: "RSA", n: n ?? "", e: e ?? "" };
  const publicKey = await crypto.subtle.importKey("jwk", publicJwk, ALGORITHM, true, ["verify"]);
  return await fromPair(privateKey, publicKey);
}

/** Makes a 2048-bit key. */
export async function generateRsaKey(): Promise<RsaKey> {
  const parameters = {
    ...ALGORITHM,
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const { privateKey, publicKey } = (await crypto.subtle.generateKey(parameters, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  return await fromPair(privateKey, publicKey);
}

function readJson(part: string): unknown {
  return JSON.parse(new TextDecoder().decode(decodeBase64Url(part)));
}

function asClaims(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The payload of a compact JWS before anyone has checked its signature. */
export function unverifiedClaims(jwt: string): Record<string, unknown> | undefined {
  try {
    return asClaims(readJson(jwt.split(".")[1] ?? ""));
  } catch {
    return undefined;
  }
}

/** Reads a compact JWS, checks its RS256 signature, and gives its payload. */
export async function verifyJwt(
  jwt: string,
  key: RsaKey,
): Promise<Record<string, unknown> | undefined> {
  const [header = "", payload = "", signature = "", ...more] = jwt.split(".");
  if (more.length > 0) return undefined;
  try {
    const { alg } = readJson(header) as { alg?: unknown };
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    if (alg !== "RS256" || !(await key.verify(decodeBase64Url(signature), signed)))
      return undefined;
    return asClaims(readJson(payload));
  } catch {
    return undefined;
  }
}

/** Makes a compact JWS with RS256. */
export async function signJwt(
  claims: Record<string, unknown>,
  key: RsaKey,
  kid?: string,
): Promise<string> {
  const json = (value: unknown) => encodeBase64Url(JSON.stringify(value));
  const signed = `${json({ alg: "RS256", typ: "JWT", ...(kid ? { kid } : {}) })}.${json(claims)}`;
  return `${signed}.${encodeBase64Url(await key.sign(new TextEncoder().encode(signed)))}`;
}
