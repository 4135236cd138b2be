import process from "node:process";
import { setSecret } from "@actions/core";
import { parseUrl } from "../src/base_url.ts";
import { InputError } from "../src/errors.ts";
import { warn } from "./log.ts";

/**
 * Makes `fetch` use the proxy that the environment names. Bun's does by
 * itself; Node's when told so, or when it was started with a variable.
 */
export async function useProxyFromEnvironment(): Promise<void> {
  const { env, versions } = process;
  const named = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].filter(
    (name) => env[name],
  );
  for (const name of named) checkProxy(name, env[name] ?? "");
  if (named.length === 0 || versions.bun || env.NODE_USE_ENV_PROXY === "1") return;
  // Loaded here alone: it costs Bun 4 ms, which needs none of it.
  const { default: http } = await import("node:http");
  // Since Node 24.14; not in the types of the oldest Node that is supported.
  const { setGlobalProxyFromEnv } = http as { setGlobalProxyFromEnv?: () => void };
  if (setGlobalProxyFromEnv) setGlobalProxyFromEnv();
  else {
    warn(
      `${named[0]} is set, but Node ${versions.node} does not use it by itself: set NODE_USE_ENV_PROXY to 1 in the env of this step`,
    );
  }
}

/** Refuses a proxy that no runtime could use, and hides the password of one that it can. */
function checkProxy(name: string, text: string): void {
  const url = parseUrl(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new InputError(`Cannot use the proxy in ${name}: write http://<host>:<port>`);
  }
  for (const secret of [url.password, decodeURIComponent(url.password)])
    if (secret) setSecret(secret);
}
