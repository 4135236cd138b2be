import type { QueryFault } from "./aws_query.ts";

/** The parameters of AssumeRoleWithWebIdentity, each within its bounds. */
export interface AssumeRoleParameters {
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly webIdentityToken: string;
  readonly durationSeconds: number;
  readonly policy: string | undefined;
}

interface TextBounds {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly pattern?: string;
  readonly optional?: boolean;
  /** Its value is not repeated in an answer. */
  readonly secret?: boolean;
}

// From the service model of STS, version 2011-06-15.
const TEXTS: readonly TextBounds[] = [
  {
    name: "RoleArn",
    least: 20,
    most: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD]+",
  },
  { name: "RoleSessionName", least: 2, most: 64, pattern: "[\\w+=,.@-]*" },
  { name: "WebIdentityToken", least: 4, most: 20_000, secret: true },
  {
    name: "Policy",
    least: 1,
    most: 2048,
    pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    optional: true,
  },
];
const DURATION = { least: 900, most: 43_200, standard: 3_600 };

const fault = (code: string, message: string): QueryFault => ({ status: 400, code, message });

function violations(form: URLSearchParams): string[] {
  const found: string[] = [];
  const complain = (name: string, shown: string, constraint: string) => {
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    found.push(
      `Value ${shown}at '${member}' failed to satisfy constraint: Member must ${constraint}`,
    );
  };
  for (const { name, least, most, pattern, optional, secret } of TEXTS) {
    const value = form.get(name);
    if (value === null) {
      if (!optional) complain(name, "null ", "not be null");
      continue;
    }
    const shown = secret ? "" : `'${value}' `;
    if (pattern && !new RegExp(`^${pattern}$`).test(value)) {
      complain(name, shown, `satisfy regular expression pattern: ${pattern}`);
    }
    if (value.length < least) {
      complain(name, shown, `have length greater than or equal to ${least}`);
    }
    if (value.length > most) complain(name, shown, `have length less than or equal to ${most}`);
  }
  const duration = form.get("DurationSeconds");
  const { least, most } = DURATION;
  if (duration !== null && Number(duration) < least) {
    complain("DurationSeconds", `'${duration}' `, `have value greater than or equal to ${least}`);
  }
  if (duration !== null && Number(duration) > most) {
    complain("DurationSeconds", `'${duration}' `, `have value less than or equal to ${most}`);
  }
  return found;
}

/** Reads the form of an AssumeRoleWithWebIdentity request, and refuses what its model forbids. */
export function readAssumeRoleParameters(form: URLSearchParams): AssumeRoleParameters | QueryFault {
  const duration = form.get("DurationSeconds");
  if (duration !== null && !/^-?\d+$/.test(duration)) {
    return fault("MalformedInput", "DurationSeconds is not an integer");
  }
  const found = violations(form);
  if (found.length > 0) {
    const count = found.length === 1 ? "1 validation error" : `${found.length} validation errors`;
    return fault("ValidationError", `${count} detected: ${found.join("; ")}`);
  }
  const roleArn = form.get("RoleArn") ?? "";
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(roleArn)) {
    return fault("ValidationError", `${roleArn} is invalid`);
  }
  // To pass over them would give more than was asked for.
  if ([...form.keys()].some((name) => name.startsWith("PolicyArns."))) {
    return fault("ValidationError", "The sandbox knows no managed policies: send Policy instead");
  }
  return {
    roleArn,
    roleSessionName: form.get("RoleSessionName") ?? "",
    webIdentityToken: form.get("WebIdentityToken") ?? "",
    durationSeconds: duration === null ? DURATION.standard : Number(duration),
    policy: form.get("Policy") ?? undefined,
  };
}
