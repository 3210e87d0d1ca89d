import type { ErrorOutput, JsonObject, MimeBundle } from "./ipynb";
import type { ConvertedCell } from "./tslab";

/** From the runner to the kernel process. */
export type Request =
  | { readonly type: "execute"; readonly cell: number; readonly source: string; readonly converted: ConvertedCell }
  | { readonly type: "shutdown" };

/** From the kernel process to the runner; what comes before a `done` belongs to that cell, `closed` carries what failed after the last one. */
export type Reply =
  | { readonly type: "ready" }
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | {
      readonly type: "display";
      readonly data: MimeBundle;
      readonly metadata: JsonObject;
      readonly displayId?: string;
      readonly update: boolean;
    }
  /** `ran`: what the cell declares holds for those that follow. */
  | { readonly type: "done"; readonly cell: number; readonly ran: boolean; readonly error?: ErrorOutput }
  | { readonly type: "closed"; readonly error?: ErrorOutput };

/** From the runner to the process that converts cells: what the cells before this one declare, and its source. */
export interface ConvertRequest {
  readonly id: number;
  readonly declared: string;
  readonly source: string;
}

export type ConvertReply =
  | { readonly id: number; readonly converted: ConvertedCell }
  | { readonly id: number; readonly fault: string };
