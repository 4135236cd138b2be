import { InputError } from "./errors.ts";

// Container credentials and instance metadata are plain HTTP by design:
// ECS 169.254.170.2, EKS 169.254.170.23 and fd00:ec2::23, EC2 169.254.169.254 and fd00:ec2::254.
const AWS_METADATA_HOSTS = new Set([
  "169.254.170.2",
  "169.254.170.23",
  "169.254.169.254",
  "[fd00:ec2::23]",
  "[fd00:ec2::254]",
]);

/** Reads a URL; nothing if it is none. `URL.parse()` is younger than some runtimes that people have. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Whether `hostname`, as `URL` spells it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/**
 * Refuses a URL over which credentials could be read on the way.
 *
 * @throws {InputError} If it is neither https nor http within this machine.
 */
export function checkSecure(url: URL, label: string): URL {
  const mayBePlain = isLoopback(url.hostname) || AWS_METADATA_HOSTS.has(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && mayBePlain)) {
    throw new InputError(
      `Cannot use ${label} ${url.protocol}//${url.host}: only https is safe for credentials, or http on loopback`,
    );
  }
  return url;
}

/**
 * Reads a base URL: https, or http where the way cannot leave the machine. A
 * trailing slash makes no difference.
 *
 * @param label what the URL is for: `"KMS endpoint"`
 * @throws {InputError} If it is no URL that requests with credentials may go to
 */
export function baseUrl(text: string, label: string): URL {
  const url = parseUrl(text);
  if (!url) throw new InputError(`Cannot use ${label}: not a URL; write it as https://host/path`);
  if (url.username || url.password || url.search || url.hash) {
    throw new InputError(
      `Cannot use ${label}: it has a user name, a password, a query or a fragment; remove it`,
    );
  }
  checkSecure(url, label);
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Appends `path` (with a leading slash, maybe a query) to a {@link baseUrl}. */
export function joinPath(base: URL, path: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, "")}${path}`);
}
