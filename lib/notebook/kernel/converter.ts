// The process that checks cells and turns them into JavaScript. Started by cell-converter.ts. A cell's outcome depends on what it is sent alone, so
// one process serves all notebooks of a folder, and the library's types are read once.
import { serve } from "./helper";
import type { CellToConvert } from "./protocol";
import { type ConvertedCell, startTslabConverter } from "./tslab";

const tslab = startTslabConverter();
/** The compiler gives each file beside the notebooks once; all that use it need it. */
const files = new Map<string, string>();

serve(({ declared, source }: CellToConvert): ConvertedCell => {
  const cell = tslab.convert(declared, source);
  for (const { path, data } of cell.sideOutputs ?? []) files.set(path, data);
  return files.size === 0 ? cell : { ...cell, sideOutputs: [...files].map(([path, data]) => ({ path, data })) };
});
