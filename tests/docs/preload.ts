// Loaded before the examples in README.md and in the doc comments: what they
// would ask AWS and GitHub is answered by a sandbox, so they run as they stand.
import process from "node:process";
import { createSandbox } from "../../src/sandbox/mod.ts";

const sandbox = createSandbox();
globalThis.fetch = (input, init) => sandbox.fetch(input, init);
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = sandbox.environment("http://localhost");
Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
