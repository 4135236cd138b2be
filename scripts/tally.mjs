/** Counts what passed and failed, says it as it goes, and ends with the line that counts for CI. */
export function createTally() {
  let passed = 0;
  let failed = 0;
  return {
    add(name, result, output = "") {
      passed += result.passed;
      failed += result.failed;
      console.log(`${name.padEnd(28)} ${result.passed} passed, ${result.failed} failed`);
      if (result.failed > 0) console.log(output);
    },
    /** One check that passes or fails as a whole. */
    check(name, ok, output = "") {
      this.add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }, output);
    },
    end() {
      console.log(`\n${passed} passed, ${failed} failed`);
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}
