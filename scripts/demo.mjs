import { run } from "./process.mjs";
import { bunCommand, install } from "./setup.mjs";

await install({ production: true });
const [command, ...args] = bunCommand();
// In a folder of its own Bun would load a .env; here it runs the project's own file.
const { code } = await run(command, [...args, "--no-env-file", "cli.ts", "demo"], {
  inherit: true,
});
process.exitCode = code;
