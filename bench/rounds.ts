/** Takes turns, each round from another cell on, so that noise of the machine hits all alike. */
export async function interleave<Cell>(
  cells: readonly Cell[],
  roundsOf: (cell: Cell) => number,
  sample: (cell: Cell) => Promise<number>,
): Promise<Map<Cell, number[]>> {
  const samples = new Map(cells.map((cell): [Cell, number[]] => [cell, []]));
  const rounds = Math.max(...cells.map(roundsOf));
  for (let round = 0; round < rounds; round++) {
    const left = cells.filter((cell) => round < roundsOf(cell));
    const first = round % left.length;
    for (const cell of [...left.slice(first), ...left.slice(0, first)])
      samples.get(cell)?.push(await sample(cell));
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.floor(index)] ?? Number.NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}
