import type { Measurement } from "./measurement.ts";
import type { Requirement } from "./requirement.ts";
import { VARIANT_NAMES, VARIANTS } from "./variant.ts";

const HEAD = ["", "wall ms", "fastest", "slowest", "ratio", "peak MB", "KMS", "GitHub"];

/** A table of one latency: medians, with ratios to the usual way on Node. */
export function measurementTable({ latencyMs, variants }: Measurement): string {
  const rows = VARIANT_NAMES.map((name) => {
    const { wallMs, fastestMs, slowestMs, peakBytes, requests } = variants[name];
    const { program, runtime } = VARIANTS[name];
    return [
      `${program} on ${runtime}`,
      wallMs.toFixed(1),
      fastestMs.toFixed(1),
      slowestMs.toFixed(1),
      (wallMs / variants.usualOnNode.wallMs).toFixed(2),
      (peakBytes / 1e6).toFixed(1),
      String(requests.kms),
      String(requests.github),
    ];
  });
  return `${latencyMs} ms added to each request\n${align([HEAD, ...rows])}`;
}

/** One line per requirement. */
export function requirementLines(requirements: readonly Requirement[]): string {
  return align(
    requirements.map(({ reached, what, measured, bound }) => [
      `${reached ? "ok    " : "MISSED"}  ${what}`,
      measured,
      bound,
    ]),
  );
}

/** The first column to the left, all others to the right. */
function align(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = rows[0]?.map((_, column) => widthOf(column)) ?? [];
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return rows.map((row) => line(row).join("  ")).join("\n");
}
