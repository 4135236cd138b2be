import { runStep } from "./step.ts";

// Loaded only when it is to run in this process.
await runStep(import.meta.url, async () => await (await import("./mint.ts")).mint());
