import { runStep } from "./step.ts";

await runStep(import.meta.url, async () => await (await import("./cleanup.ts")).cleanUp(), {
  mustRun: true,
});
