import * as v from "valibot";
import { matchesWildcard } from "./wildcard.ts";

/** One line of a `Condition` block. */
interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: { readonly patterns: readonly string[]; readonly except: boolean };
  readonly resources: { readonly patterns: readonly string[]; readonly except: boolean };
  readonly conditions: readonly Condition[];
}

/** A policy document that IAM would take as a session policy. */
export interface IamPolicy {
  readonly statements: readonly Statement[];
}

/** What is to be allowed or not. */
export interface PolicyQuestion {
  /** Such as `kms:Sign`. */
  readonly action: string;
  /** ARN of what it is done to. */
  readonly resource: string;
  /** Condition keys and their values; a list makes a key multivalued. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** `not_allowed`: no statement allows it; `denied`: one denies it, whatever the others say. */
export type PolicyAnswer = "allowed" | "denied" | "not_allowed";

const listOf = <S extends v.GenericSchema<unknown, string>>(member: S, whenEmpty?: string) =>
  v.pipe(
    v.unknown(),
    v.transform((value): unknown[] => (Array.isArray(value) ? value : [value])),
    v.array(member),
    whenEmpty ? v.minLength(1, whenEmpty) : v.minLength(0),
  );

const actions = listOf(
  v.pipe(
    v.string(),
    v.regex(
      /^(?:\*|[\w*?-]+:[\w*?-]+)$/,
      "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    ),
  ),
  "Policy statement must contain actions.",
);
const resources = listOf(
  v.pipe(
    v.string(),
    v.regex(
      /^(?:\*|arn:[^:]+:[^:]+:.+)$/,
      ({ input }) => `Resource ${input} must be in ARN format or "*".`,
    ),
  ),
  "Policy statement must contain resources.",
);
const conditionValues = listOf(
  v.pipe(
    v.unknown(),
    v.check((value) => ["string", "number", "boolean"].includes(typeof value)),
    v.transform(String),
  ),
);

// A session policy says nothing about principals: IAM refuses one that does.
const statement = v.pipe(
  v.strictObject({
    Sid: v.optional(v.string()),
    Effect: v.picklist(["Allow", "Deny"]),
    Action: v.optional(actions),
    NotAction: v.optional(actions),
    Resource: v.optional(resources),
    NotResource: v.optional(resources),
    Condition: v.optional(v.record(v.string(), v.record(v.string(), conditionValues)), {}),
  }),
  v.check(
    ({ Action, NotAction }) => !Action !== !NotAction,
    "Policy statement must contain actions.",
  ),
  v.check(
    ({ Resource, NotResource }) => !Resource !== !NotResource,
    "Policy statement must contain resources.",
  ),
  v.transform(
    ({ Effect, Action, NotAction, Resource, NotResource, Condition }): Statement => ({
      effect: Effect,
      actions: { patterns: Action ?? NotAction ?? [], except: !Action },
      resources: { patterns: Resource ?? NotResource ?? [], except: !Resource },
      conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({ operator, key: key.toLowerCase(), values })),
      ),
    }),
  ),
);

const policyDocument = v.strictObject({
  Version: v.optional(v.picklist(["2012-10-17", "2008-10-17"])),
  Id: v.optional(v.string()),
  Statement: v.pipe(
    v.unknown(),
    v.transform((value): unknown[] => (Array.isArray(value) ? value : [value])),
    v.array(statement),
    v.minLength(1, "Could not parse the policy: Statement is empty!"),
  ),
});

/** Reads a session policy; gives IAM's complaint when it is malformed. */
export function parseIamPolicy(text: string): IamPolicy | { readonly malformed: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { malformed: "This policy contains invalid Json" };
  }
  const { success, output, issues } = v.safeParse(policyDocument, document, {
    message: "Syntax errors in policy.",
  });
  return success ? { statements: output.Statement } : { malformed: issues[0].message };
}

interface Comparison {
  matches(expected: string, actual: string): boolean;
  /** Holds when no value matches, and so when the key is absent too. */
  readonly negated?: boolean;
}

const equals = (expected: string, actual: string): boolean => expected === actual;
const equalsIgnoreCase = (expected: string, actual: string): boolean =>
  expected.toLowerCase() === actual.toLowerCase();

// Numbers, dates and addresses have no condition key here that they could apply to.
const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ["StringEquals", { matches: equals }],
  ["StringNotEquals", { matches: equals, negated: true }],
  ["StringEqualsIgnoreCase", { matches: equalsIgnoreCase }],
  ["StringNotEqualsIgnoreCase", { matches: equalsIgnoreCase, negated: true }],
  ["StringLike", { matches: matchesWildcard }],
  ["StringNotLike", { matches: matchesWildcard, negated: true }],
  ["Bool", { matches: equalsIgnoreCase }],
]);

type Context = ReadonlyMap<string, string | readonly string[]>;

/** Whether a condition holds; nothing when the sandbox does not know its operator. */
function holds({ operator, key, values }: Condition, context: Context): boolean | undefined {
  const actual = context.get(key);
  if (operator === "Null") {
    return values.some((value) => value.toLowerCase() === String(actual === undefined));
  }
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const comparison = COMPARISONS.get(name);
  if (!comparison) return undefined;
  const { matches, negated = false } = comparison;
  const fits = (value: string) => values.some((expected) => matches(expected, value)) !== negated;
  if (actual === undefined && ifExists) return true;
  const all = actual === undefined ? [] : typeof actual === "string" ? [actual] : actual;
  switch (quantifier) {
    case "ForAnyValue":
      return all.some(fits);
    case "ForAllValues":
      return all.every(fits);
  }
  if (actual === undefined) return negated;
  // A multivalued key needs a quantifier; AWS does not say what happens without, so nothing does.
  return typeof actual === "string" && fits(actual);
}

function covers(
  { patterns, except }: Statement["actions"],
  matches: (pattern: string) => boolean,
): boolean {
  return patterns.some(matches) !== except;
}

/**
 * Decides as IAM does: an explicit deny wins, and what nothing allows is not
 * allowed. What cannot be decided, for an operator unknown here, is never to
 * the advantage of the one who asks. Policy variables (`${…}`) are plain text.
 */
export function evaluateIamPolicy(
  { statements }: IamPolicy,
  { action, resource, context }: PolicyQuestion,
): PolicyAnswer {
  const keys: Context = new Map(
    Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]),
  );
  let allowed = false;
  for (const { effect, actions, resources, conditions } of statements) {
    if (
      !covers(actions, (pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase())) ||
      !covers(resources, (pattern) => matchesWildcard(pattern, resource))
    ) {
      continue;
    }
    const held = conditions.map((condition) => holds(condition, keys));
    if (effect === "Deny" && !held.includes(false)) return "denied";
    if (effect === "Allow" && held.every((each) => each === true)) allowed = true;
  }
  return allowed ? "allowed" : "not_allowed";
}
