import { gzipSync } from "node:zlib";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { inCache, inRepository } from "./places.ts";

/** Both whole programs of the core, and what tells the peak memory of either. */
const PROGRAMS = ["ours", "usual", "peak_memory"];
const USUAL_STEPS = ["usual_step", "usual_sign_in", "usual_post"];

const COMMON = {
  bundle: true,
  minify: true,
  format: "esm",
  // The SDK's ES modules make a bundle a third smaller than its CommonJS, and faster to start.
  mainFields: ["module", "main"],
} satisfies BuildOptions;

const ON_NODE = {
  outdir: inCache(""),
  platform: "node",
  target: "node24",
} satisfies BuildOptions;

/** Bundles every program into the cache directory. */
export async function bundlePrograms(): Promise<void> {
  await build({
    ...COMMON,
    ...ON_NODE,
    entryPoints: PROGRAMS.map((name) => inRepository(`bench/${name}.ts`)),
    outExtension: { ".js": ".mjs" },
  });
  // As such actions are built, but minified: esbuild's defaults for Node.
  await build({
    ...ON_NODE,
    entryPoints: USUAL_STEPS.map((name) => inRepository(`bench/${name}.ts`)),
    bundle: true,
    minify: true,
    format: "cjs",
    outExtension: { ".js": ".cjs" },
  });
}

/** Minified and gzipped sizes with all dependencies, in bytes. */
export interface CoreBytes {
  /** What a program loads that mints a token: without what is imported only to explain a refusal or to revoke. */
  readonly minting: number;
  /** All that `mod.ts` can ever load. */
  readonly everything: number;
}

/** Measures the core: {@link CoreBytes}. */
export async function coreBytes(): Promise<CoreBytes> {
  const minting = 'export { createApp, credentialsFromEnvironment, kmsSigner } from "./mod.ts";';
  return {
    minting: await gzippedBytes(minting, [LATER]),
    everything: await gzippedBytes('export * from "./mod.ts";', []),
  };
}

// Leaves out what is reached by a dynamic import alone.
const LATER: Plugin = {
  name: "later",
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

async function gzippedBytes(contents: string, plugins: Plugin[]): Promise<number> {
  const { outputFiles } = await build({
    ...COMMON,
    stdin: { contents, resolveDir: inRepository(""), loader: "ts" },
    plugins,
    // Refuses whatever exists on one platform only.
    platform: "neutral",
    write: false,
  });
  const [core] = outputFiles;
  if (!core) throw new Error("esbuild made nothing of mod.ts");
  return gzipSync(core.contents, { level: 9 }).byteLength;
}
