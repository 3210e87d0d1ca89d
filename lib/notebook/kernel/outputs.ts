import type { JsonObject, MimeBundle, Output } from "./ipynb";

/** Gathers what cells show, in the order it arrives, as Jupyter's client does. */
export interface OutputLog {
  stream(cell: number, name: "stdout" | "stderr", text: string): void;
  display(cell: number, bundle: { readonly data: MimeBundle; readonly metadata: JsonObject }, id?: string): void;
  /** Replaces every display of this id, in whichever cell; a display nobody showed is ignored, as in Jupyter. */
  update(id: string, bundle: { readonly data: MimeBundle; readonly metadata: JsonObject }): void;
  error(cell: number, output: Output): void;
  of(cell: number): readonly Output[];
}

/** An empty log. Consecutive writes to one stream become one output; displays with an id stay replaceable. */
export function createOutputLog(): OutputLog {
  const cells = new Map<number, Output[]>();
  const displays = new Map<string, { readonly outputs: Output[]; readonly position: number }[]>();
  const outputsOf = (cell: number): Output[] => {
    const outputs = cells.get(cell) ?? [];
    cells.set(cell, outputs);
    return outputs;
  };
  return {
    stream(cell, name, text) {
      const outputs = outputsOf(cell);
      const last = outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) outputs[outputs.length - 1] = { ...last, text: last.text + text };
      else outputs.push({ output_type: "stream", name, text });
    },
    display(cell, bundle, id) {
      const outputs = outputsOf(cell);
      if (id !== undefined) displays.set(id, [...(displays.get(id) ?? []), { outputs, position: outputs.length }]);
      outputs.push({ output_type: "display_data", ...bundle });
    },
    update(id, bundle) {
      for (const { outputs, position } of displays.get(id) ?? []) outputs[position] = { output_type: "display_data", ...bundle };
    },
    error: (cell, output) => void outputsOf(cell).push(output),
    of: (cell) => cells.get(cell) ?? [],
  };
}
