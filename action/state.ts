import { getState, saveState } from "@actions/core";

/** What the post step has to know. */
export interface State {
  /** The token to revoke; absent when it is to live on. */
  readonly token?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly apiUrl?: string | undefined;
  /** Whether `AWS_*` were set for later steps. */
  readonly exported?: boolean | undefined;
}

// One entry each: the runner hands them to the post step as STATE_<name>.
const NAMES = ["token", "expiresAt", "apiUrl", "exported"] as const;

/** Saves what is given for the post step; the token has to be masked before. */
export function save(state: State): void {
  for (const name of NAMES) {
    const value = state[name];
    if (value !== undefined) saveState(name, String(value));
  }
}

/** Reads what the main step saved. */
export function load(): State {
  return {
    token: getState("token") || undefined,
    expiresAt: getState("expiresAt") || undefined,
    apiUrl: getState("apiUrl") || undefined,
    exported: getState("exported") === "true",
  };
}
