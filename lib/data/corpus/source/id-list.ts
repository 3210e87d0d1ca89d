import path from "node:path";
import { textLines } from "../../../files/rows/json";
import { readRows } from "../../../files/rows/read-rows";
import { idCell, isSafeId, problemAt } from "../layout/cells";
import type { Draft } from "../write/draft";

/**
 * Song ids from a `.csv` table with a column of them, or from a text file with one a line. Ids that cannot be used, or that no row of the
 * draft knows, are reported and go no further.
 */
export async function readIdList(file: string, column: string, draft: Draft): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  const note = (row: number, problem: string, kind: "id" | "unknown song") =>
    draft.problems.add(problemAt(path.basename(file), { row }, { kind, column, problem }, "kept"));
  for await (const { row, id } of listed(file, column)) {
    if (id === undefined) note(row, "no usable id", "id");
    else if (!draft.songs.has(id)) note(row, `${id} has no usable interpretation`, "unknown song");
    else ids.add(id);
  }
  return ids;
}

async function* listed(file: string, column: string): AsyncGenerator<{ row: number; id?: string }> {
  if (/\.csv$/i.test(file)) {
    for await (const record of readRows(file, { required: [column] })) {
      const id = "kind" in record ? record : idCell(record.cells, column);
      yield { row: record.row, ...("value" in id && { id: id.value }) };
    }
    return;
  }
  for await (const { row, text } of textLines(file)) {
    const id = text?.trim();
    if (id !== "") yield { row, ...(id !== undefined && isSafeId(id) && { id }) };
  }
}
