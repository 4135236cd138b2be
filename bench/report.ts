import type { Measurement, SubjectMeasurement } from "./measurement.ts";
import type { Requirement } from "./requirement.ts";
import { STEP_NAMES, STEPS, USUAL_STEP } from "./step.ts";
import type { SubjectName } from "./subject.ts";
import { VARIANT_NAMES, VARIANTS } from "./variant.ts";

/** A line of a table: what it is about, and what its ratio is to. */
interface Row {
  readonly label: string;
  readonly name: SubjectName;
  readonly usual: SubjectName;
}

interface Column {
  readonly head: string;
  readonly cell: (measured: SubjectMeasurement) => string;
}

const KMS: Column = { head: "KMS", cell: ({ requests }) => String(requests.kms) };
const GITHUB: Column = { head: "GitHub", cell: ({ requests }) => String(requests.github) };
const PEAK: Column = { head: "peak MB", cell: ({ peakBytes }) => (peakBytes / 1e6).toFixed(1) };
const ID_TOKEN: Column = { head: "id token", cell: ({ requests }) => String(requests.idToken) };
const STS: Column = { head: "STS", cell: ({ requests }) => String(requests.sts) };

/** The core's table of one latency: medians, with ratios to the usual way on Node. */
export function coreTable(measurement: Measurement): string {
  const rows = VARIANT_NAMES.map((name): Row => {
    const { program, runtime } = VARIANTS[name];
    return { label: `${program} on ${runtime}`, name, usual: "usualOnNode" };
  });
  return table("core", measurement, rows, [PEAK, KMS, GITHUB]);
}

/** The action's table of one latency: medians, with ratios to the usual steps for the same. */
export function actionTable(measurement: Measurement): string {
  const rows = STEP_NAMES.map((name): Row => {
    const { label, task } = STEPS[name];
    return { label, name, usual: USUAL_STEP[task] };
  });
  return table("action", measurement, rows, [ID_TOKEN, STS, KMS, GITHUB]);
}

function table(
  title: string,
  { latencyMs, subjects }: Measurement,
  rows: readonly Row[],
  columns: readonly Column[],
): string {
  const head = ["", "wall ms", "fastest", "slowest", "ratio", ...columns.map(({ head }) => head)];
  const lines = rows.map(({ label, name, usual }) => {
    const measured = subjects[name];
    return [
      label,
      measured.wallMs.toFixed(1),
      measured.fastestMs.toFixed(1),
      measured.slowestMs.toFixed(1),
      (measured.wallMs / subjects[usual].wallMs).toFixed(2),
      ...columns.map(({ cell }) => cell(measured)),
    ];
  });
  return `${title}, ${latencyMs} ms added to each request\n${align([head, ...lines])}`;
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
