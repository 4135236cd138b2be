import { readFileSync, writeSync } from "node:fs";
import process from "node:process";

// Loaded before a program, so that the program itself is the same as in the timed runs.
process.on("exit", () => writeSync(2, `peak ${peakKilobytes()} kB\n`));

function peakKilobytes(): number {
  try {
    // Not ru_maxrss: on Linux a child starts with the peak of the process that spawned it.
    const status = readFileSync("/proc/self/status", "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
