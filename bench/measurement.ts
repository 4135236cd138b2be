import { countRequests, type RequestCount } from "./request_count.ts";
import { interleave, median } from "./rounds.ts";
import { type SandboxServer, startSandbox } from "./sandbox_server.ts";
import { SUBJECT_NAMES, SUBJECTS, type SubjectName } from "./subject.ts";
import { warmUp } from "./warm_up.ts";

/** What was found out about every subject at one latency. */
export interface Measurement {
  readonly latencyMs: number;
  readonly subjects: Record<SubjectName, SubjectMeasurement>;
}

/** What was found out about one subject. */
export interface SubjectMeasurement {
  /** Requests of a single run. */
  readonly requests: RequestCount;
  /** Median of the wall time, from start to end of its processes. */
  readonly wallMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** Median of the peak resident memory; not a number where that is not measured. */
  readonly peakBytes: number;
}

/** How often to run each subject. */
export interface Rounds {
  readonly direct: number;
  readonly delayed: number;
}

/** One subject at one latency. */
interface Cell {
  readonly name: SubjectName;
  readonly server: SandboxServer;
  readonly rounds: number;
  readonly requests: RequestCount;
}

const WARM_UP_ROUNDS = 2;
const MEMORY_ROUNDS = 3;

/** Measures every subject, at no latency and at `latencyMs`. */
export async function measure(
  latencyMs: number,
  rounds: Rounds,
  signal: AbortSignal,
): Promise<{ direct: Measurement; delayed: Measurement }> {
  await using directServer = await startSandbox(0, signal);
  await using delayedServer = await startSandbox(latencyMs, signal);
  const direct = await createCells(directServer, rounds.direct);
  const delayed = await createCells(delayedServer, rounds.delayed);
  const cells = [...direct, ...delayed];

  const wall = async ({ name, server }: Cell) => await (await SUBJECTS[name].ready(server))();
  const peak = async ({ name, server }: Cell) =>
    (await SUBJECTS[name].peakBytes?.(server)) ?? Number.NaN;
  await interleave(cells, () => WARM_UP_ROUNDS, wall);
  const walls = await interleave(cells, (cell) => cell.rounds, wall);
  const peaks = await interleave(cells, () => MEMORY_ROUNDS, peak);

  const summarize = (cell: Cell): SubjectMeasurement => {
    const samples = walls.get(cell) ?? [];
    return {
      requests: cell.requests,
      wallMs: median(samples),
      fastestMs: Math.min(...samples),
      slowestMs: Math.max(...samples),
      peakBytes: median(peaks.get(cell) ?? []),
    };
  };
  const byName = (of: Cell[]) =>
    Object.fromEntries(of.map((cell) => [cell.name, summarize(cell)])) as Measurement["subjects"];
  return {
    direct: { latencyMs: 0, subjects: byName(direct) },
    delayed: { latencyMs, subjects: byName(delayed) },
  };
}

/** Runs every subject once to count its requests, and warms the sandbox up. */
async function createCells(server: SandboxServer, rounds: number): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const name of SUBJECT_NAMES) {
    const run = await SUBJECTS[name].ready(server);
    const before = (await server.requests()).length;
    await run();
    const requests = countRequests((await server.requests()).slice(before));
    cells.push({ name, server, rounds, requests });
  }
  await warmUp(server);
  return cells;
}
