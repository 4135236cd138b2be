import assert from "node:assert/strict";
import { test } from "node:test";
import { InputError, type Permissions, parsePermissions } from "../mod.ts";
import {
  checkLevels,
  nearestPermission,
  PERMISSIONS,
  unfamiliarPermissions,
} from "../src/github/permission_table.ts";
import { createFixture, thrownBy } from "./fixture.ts";

test("parsePermissions() reads pairs by line or comma, as people write them", () => {
  const expected = { contents: "read", pull_requests: "write" };
  for (const text of [
    "contents:read,pull_requests:write",
    "contents: read, pull-requests: write",
    "contents: read\npull_requests: write\n",
    "  contents : READ ,\n\n Pull-Requests: write,",
    "# what the release needs\ncontents: read # checkout\npull_requests: write",
  ]) {
    assert.deepEqual(parsePermissions(text), expected, text);
  }
});

test("parsePermissions() refuses everything else, and shows the form", async () => {
  const cases: [string, RegExp][] = [
    ["", /name at least one/],
    ["contents", /name: level pairs/],
    ["contents=read", /name: level pairs/],
    ["'contents': 'read'", /name: level pairs/],
    ['{"contents":"read"}', /name: level pairs/],
    ["contents: &anchor read", /name: level pairs/],
    ["permissions:\n  contents: read", /name: level pairs/],
    ["contents: read write", /name: level pairs/],
    ["contents: read, contents: write", /twice/],
    ["contents: none", /"none" is no level \(read, write, admin\)/],
  ];
  for (const [text, message] of cases) {
    const error = await thrownBy(() => parsePermissions(text));
    assert.ok(error instanceof InputError, text);
    assert.match(error.message, message);
  }
});

test("an unfamiliar permission is passed on, and described with the nearest name", async () => {
  const { app, sandbox } = await createFixture();
  await thrownBy(() => app.createToken({ owner: "octo-org", permissions: { issue: "read" } }));
  assert.ok(sandbox.requests.some(({ body }) => body?.includes('"issue":"read"')));
  assert.deepEqual(unfamiliarPermissions({ issue: "read", contents: "read", xyzzy: "read" }), [
    "Permission issue is not in GitHub's documentation (did you mean issues?); passed on as it is",
    "Permission xyzzy is not in GitHub's documentation; passed on as it is",
  ]);
});

test("nearestPermission() finds what was meant, and nothing when nothing was", () => {
  const cases: [string, string | undefined][] = [
    ["content", "contents"],
    ["pull_request", "pull_requests"],
    ["workflow", "workflows"],
    ["adminstration", "administration"],
    ["organisation_projects", "organization_projects"],
    ["xyzzy", undefined],
    ["", undefined],
  ];
  for (const [name, nearest] of cases) assert.equal(nearestPermission(name), nearest, name);
});

test("checkLevels() refuses a level that a familiar permission cannot have", async () => {
  const cases: [Permissions, RegExp | undefined][] = [
    [{ contents: "write", organization_projects: "admin", brand_new: "admin" }, undefined],
    [{ contents: "admin" }, /"admin" is not one of its levels \(read, write\)/],
    [{ organization_plan: "write" }, /levels \(read\)/],
    [{ workflows: "read" }, /levels \(write\)/],
  ];
  for (const [permissions, message] of cases) {
    if (message === undefined) {
      assert.equal(checkLevels(permissions), permissions);
      continue;
    }
    const error = await thrownBy(() => checkLevels(permissions));
    assert.ok(error instanceof InputError);
    assert.match(error.message, message);
  }
});

test("names of JavaScript's own are names like any other", async () => {
  assert.equal(JSON.stringify(parsePermissions("constructor: read")), '{"constructor":"read"}');
  assert.match(
    unfamiliarPermissions({ constructor: "read" }).join(),
    /Permission constructor is not/,
  );
});

test("the table of permissions has GitHub's names and levels", () => {
  const entries = Object.entries(PERMISSIONS);
  assert.equal(entries.length, 59);
  const withLevels = (levels: string) =>
    entries.filter(([, each]) => each.join() === levels).map(([name]) => name);
  assert.deepEqual(withLevels("read"), ["organization_events", "organization_plan"]);
  assert.deepEqual(withLevels("write"), ["profile", "workflows"]);
  assert.deepEqual(withLevels("read,write,admin"), [
    "enterprise_custom_properties",
    "enterprise_custom_properties_for_organizations",
    "organization_custom_properties",
    "organization_projects",
    "repository_projects",
  ]);
  assert.deepEqual(
    entries.map(([name]) => name),
    entries.map(([name]) => name).sort(),
  );
});
