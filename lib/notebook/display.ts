import { randomUUID } from "node:crypto";
import type { JsonObject, MimeBundle } from "./kernel/ipynb";
import { kernelDisplay } from "./kernel/tslab";

/**
 * Shows one content in several formats as a single output of the running cell.
 *
 * @returns the bundle in plain Node, where nothing can show it; nothing in a kernel, which would print the value of a cell's last expression
 */
export function display(bundle: MimeBundle, metadata: JsonObject = {}): MimeBundle | undefined {
  const show = kernelDisplay();
  if (!show) return bundle;
  show({ data: bundle, metadata, transient: {} }, false);
  return undefined;
}

/** An output that can be replaced; undefined in plain Node. */
export interface LiveDisplay {
  show(bundle: MimeBundle): void;
}

/** A display that replaces itself at each `show`, or undefined outside a kernel. */
export function liveDisplay(): LiveDisplay | undefined {
  if (!kernelDisplay()) return undefined;
  const id = randomUUID();
  let shown = false;
  return {
    show(bundle) {
      kernelDisplay()?.({ data: bundle, metadata: {}, transient: { display_id: id } }, shown);
      shown = true;
    },
  };
}
