import { InputError } from "../errors.ts";
import { externalText } from "../external_text.ts";

/** Levels of access, each including those before it. */
export const LEVELS = ["read", "write", "admin"] as const;

/** How much a permission allows. */
export type PermissionLevel = (typeof LEVELS)[number];

/** Permission names, as GitHub spells them, with a level each: `{ contents: "read" }`. */
export type Permissions = Readonly<Record<string, PermissionLevel>>;

/** Whether `granted` allows all that `asked` does; no level at all allows nothing. */
export function covers(granted: PermissionLevel | undefined, asked: PermissionLevel): boolean {
  return granted !== undefined && LEVELS.indexOf(granted) >= LEVELS.indexOf(asked);
}

/**
 * Checks permissions before they are sent: their form. Which names there are, with
 * which levels, GitHub knows best.
 *
 * @throws {InputError} If there is none, or a name or level can never work.
 */
export function checkPermissions(permissions: Readonly<Record<string, string>>): Permissions {
  const entries = Object.entries(permissions);
  if (entries.length === 0) {
    throw new InputError(
      "Cannot ask for no permissions: GitHub would grant all the installation has; name at least one, or leave permissions out to get all",
    );
  }
  return Object.fromEntries(
    entries.map(([name, level]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) {
        throw new InputError(
          `Cannot ask for permission "${externalText(name)}": write names as GitHub does, in lower case with underscores`,
        );
      }
      const known = LEVELS.find((each) => each === level);
      if (known) return [name, known];
      throw new InputError(
        `Cannot ask for permission ${name}: "${externalText(level)}" is no level (${LEVELS.join(", ")})`,
      );
    }),
  );
}

/**
 * Reads `name: level` pairs, separated by commas or line breaks. A dash in a
 * name is read as an underscore.
 *
 * @throws {InputError} If the text is anything else.
 *
 * @example
 * ```ts
 * import { parsePermissions } from "kms-app-token";
 *
 * parsePermissions("contents: read, pull-requests: write"); // { contents: "read", pull_requests: "write" }
 * ```
 */
export function parsePermissions(text: string): Permissions {
  const permissions: Record<string, string> = {};
  const withoutComments = text.replace(/(^|\s)#.*$/gm, "");
  for (const part of withoutComments.split(/[,\n]/)) {
    const pair = part.trim();
    if (pair === "") continue;
    const match = /^([A-Za-z][\w-]*)\s*:\s*([A-Za-z]+)$/.exec(pair);
    if (!match) {
      throw new InputError(
        `Cannot read permissions at "${externalText(pair)}": write name: level pairs, one a line or separated by commas, as in contents: read, issues: write`,
      );
    }
    const name = (match[1] ?? "").toLowerCase().replaceAll("-", "_");
    if (Object.hasOwn(permissions, name))
      throw new InputError(`Cannot read permissions: ${name} stands there twice`);
    permissions[name] = (match[2] ?? "").toLowerCase();
  }
  return checkPermissions(permissions);
}
