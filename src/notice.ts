/** Something a person should see although the call goes on. */
export interface Notice {
  /** What it is about, for programs. */
  readonly code: "clock_corrected" | "retrying" | "token_left";
  /** One line without secrets. */
  readonly message: string;
}

/** Receives each {@link Notice}; must not throw. */
export type OnNotice = (notice: Notice) => void;
