import type { Drawing, FigureToDraw } from "../figure/svg/drawing";
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

/** A picture is asked for by the kernel process, where the runner has a process that draws; without one in the reply the kernel draws it itself. */
export interface DrawRequest {
  readonly type: "draw";
  readonly id: string;
  readonly figure: FigureToDraw;
}

export interface DrawReply {
  readonly type: "drawn";
  readonly id: string;
  readonly drawing?: Drawing;
}

/** What the process that converts cells is given: what the cells before this one declare, and its source. */
export interface CellToConvert {
  readonly declared: string;
  readonly source: string;
}
