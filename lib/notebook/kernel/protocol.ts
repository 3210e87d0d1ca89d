import type { ErrorOutput, JsonObject, MimeBundle } from "./ipynb";

/** From the runner to the kernel process. */
export type Request =
  | { readonly type: "execute"; readonly cell: number; readonly source: string }
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
  | { readonly type: "done"; readonly cell: number; readonly error?: ErrorOutput }
  | { readonly type: "closed"; readonly error?: ErrorOutput };
