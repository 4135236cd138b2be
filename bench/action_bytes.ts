import { build, type Metafile } from "esbuild";
import { inRepository } from "./places.ts";

/** Bytes of the built files that a step loads when nothing is refused. */
export interface ActionBytes {
  readonly main: number;
  readonly post: number;
}

type Inputs = Metafile["inputs"];
type ImportKind = Inputs[string]["imports"][number]["kind"];

/** Measures the built action: {@link ActionBytes}. */
export async function actionBytes(): Promise<ActionBytes> {
  const steps = { main: "action/dist/main.mjs", post: "action/dist/post.mjs" };
  const { metafile } = await build({
    absWorkingDir: inRepository(""),
    entryPoints: Object.values(steps),
    bundle: true,
    format: "esm",
    platform: "node",
    outdir: "unwritten",
    write: false,
    metafile: true,
    // Of the package.json, which are about its modules: an import for its own sake counts too.
    ignoreAnnotations: true,
  });
  return {
    main: loadedBytes(steps.main, metafile.inputs),
    post: loadedBytes(steps.post, metafile.inputs),
  };
}

/**
 * A step's file imports what does its task, after it has decided on the runtime.
 * All later dynamic imports are for what goes wrong.
 */
function loadedBytes(step: string, inputs: Inputs): number {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const imported of importsOf(path, "import-statement", inputs)) load(imported);
  };
  for (const path of [step, ...importsOf(step, "dynamic-import", inputs)]) load(path);
  return [...loaded].reduce((sum, path) => sum + (inputs[path]?.bytes ?? Number.NaN), 0);
}

function importsOf(path: string, kind: ImportKind, inputs: Inputs): string[] {
  const { imports } = inputs[path] ?? { imports: [] };
  return imports.filter((one) => one.kind === kind && !one.external).map((one) => one.path);
}
