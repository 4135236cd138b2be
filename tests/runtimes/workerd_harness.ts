// Stands in for node:test inside workerd, whose own has no test runner.
interface Case {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

const cases: Case[] = [];

export function test(name: string, run: () => void | Promise<void>): void {
  cases.push({ name, run });
}

export default {
  async test(): Promise<void> {
    let failed = 0;
    for (const { name, run } of cases) {
      try {
        await run();
      } catch (error) {
        failed++;
        console.log(`FAILED ${name}\n${error instanceof Error ? error.stack : error}`);
      }
    }
    console.log(`${cases.length - failed} passed, ${failed} failed`);
    if (failed > 0 || cases.length === 0) throw new Error("not all tests passed");
  },
};
