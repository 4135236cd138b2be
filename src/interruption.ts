/** Why a program was told to end. */
export class Interruption extends Error {
  override name = "Interruption";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}`);
    // As shells count it: 128 and the number of the signal.
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}
