// The process that checks cells and turns them into JavaScript. Started by cell-converter.ts. A cell's outcome depends on what it is sent alone, so
// one process serves all notebooks of a folder, and the library's types are read once.
import type { ConvertReply, ConvertRequest } from "./protocol";
import { type ConvertedCell, startTslabConverter } from "./tslab";

const tslab = startTslabConverter();
/** The compiler gives each file beside the notebooks once; all that use it need it. */
const files = new Map<string, string>();

function convert(declared: string, source: string): ConvertedCell {
  const cell = tslab.convert(declared, source);
  for (const { path, data } of cell.sideOutputs ?? []) files.set(path, data);
  return files.size === 0 ? cell : { ...cell, sideOutputs: [...files].map(([path, data]) => ({ path, data })) };
}

function answer({ id, declared, source }: ConvertRequest): ConvertReply {
  try {
    return { id, converted: convert(declared, source) };
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}

process.on("disconnect", () => process.exit(0));
process.on("message", (request: ConvertRequest) => process.send?.(answer(request)));
