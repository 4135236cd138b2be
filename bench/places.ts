import { fileURLToPath } from "node:url";

/** Where a file of the repository is on this machine. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Where a file made by the benchmark is; git ignores them all. */
export function inCache(path: string): string {
  return inRepository(`.cache/bench/${path}`);
}
