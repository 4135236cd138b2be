import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { inCache, inRepository } from "./places.ts";

/** The bundles that are run: both whole programs, and what tells the peak memory of either. */
const ENTRIES = ["ours", "usual", "peak_memory"] as const;

const COMMON = {
  bundle: true,
  minify: true,
  format: "esm",
  // The SDK's ES modules: a sixth smaller and faster to load than its CommonJS.
  mainFields: ["module", "main"],
} satisfies BuildOptions;

/** Bundles every program into the cache directory. */
export async function bundlePrograms(): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: ENTRIES.map((name) => inRepository(`bench/${name}.ts`)),
    outdir: inCache(""),
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node24",
  });
}

/** Minified and gzipped size of `mod.ts` with its dependencies, in bytes. */
export async function coreBytes(): Promise<number> {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: [inRepository("mod.ts")],
    // Refuses whatever exists on one platform only.
    platform: "neutral",
    write: false,
  });
  const [core] = outputFiles;
  if (!core) throw new Error("esbuild made nothing of mod.ts");
  return gzipSync(core.contents, { level: 9 }).byteLength;
}
