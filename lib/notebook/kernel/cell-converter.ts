import path from "node:path";
import { startHelper } from "./helper";
import type { CellToConvert } from "./protocol";
import type { ConvertedCell } from "./tslab";

/** Checks cells and turns them into JavaScript, for any number of notebooks of one folder at once. */
export interface CellConverter {
  /**
   * @param declared what the notebook's earlier cells declare: the last one's `declOutput`
   * @throws AlcapError `internal` when the compiler fails, which is not a fault of the cell
   */
  convert(declared: string, source: string): Promise<ConvertedCell>;
  close(): void;
}

/** Starts the compiler as a process of its own in the notebooks' folder. */
export function startCellConverter(folder: string): CellConverter {
  const script = path.join(__dirname, "converter.js");
  const { ask, close } = startHelper<CellToConvert, ConvertedCell>(script, folder, "The notebooks' compiler");
  return { convert: (declared, source) => ask({ declared, source }), close };
}
