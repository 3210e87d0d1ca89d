import type { JsonObject } from "../kernel/ipynb";
import { COLOURS, frameLayout, PAPER_GREY } from "./style";
import type { FigureSpec } from "./svg/render";

/** Parameters by name, as in a checkpoint. */
type ParameterShapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** A part of the model: parameters whose names begin alike. */
export interface ParameterBlock {
  readonly name: string;
  readonly kind: "embedding" | "layer" | "fusion" | "alignment";
  readonly side: "encoder" | "decoder" | "both";
  /** Numbers in its parameters. */
  readonly scalars: number;
}

const RULES: readonly (readonly [RegExp, Omit<ParameterBlock, "scalars" | "name">, string])[] = [
  [/^model\.shared\.|^final_logits_bias/, { kind: "embedding", side: "both" }, "tokens"],
  [/^model\.encoder\.(embed_positions|layernorm_embedding)\./, { kind: "embedding", side: "encoder" }, "positions"],
  [/^model\.decoder\.(embed_positions|layernorm_embedding)\./, { kind: "embedding", side: "decoder" }, "positions"],
  [/^model\.encoder\.layers\.(\d+)\./, { kind: "layer", side: "encoder" }, "encoder layer"],
  [/^model\.decoder\.layers\.(\d+)\./, { kind: "layer", side: "decoder" }, "decoder layer"],
  [/^model\.encoder\.(_linear_\d|_multi_head_attn|final_layer_norm|fg)\./, { kind: "fusion", side: "encoder" }, "fusion"],
  [/^contrast\./, { kind: "alignment", side: "encoder" }, "alignment map"],
];

/** The parts of a model, from the names of its parameters alone; what no rule knows is a part of its own. */
export function parameterBlocks(shapes: ParameterShapes): ParameterBlock[] {
  const blocks = new Map<string, ParameterBlock>();
  for (const [parameter, { shape }] of Object.entries(shapes)) {
    const [rule, place, label] = RULES.find(([pattern]) => pattern.test(parameter)) ?? [
      /$/,
      { kind: "layer", side: "both" } as const,
      parameter,
    ];
    const number = rule.exec(parameter)?.[1];
    const name = place.kind === "layer" && number !== undefined ? `${label} ${number}` : label;
    const scalars = shape.reduce((size, length) => size * length, 1);
    const key = `${place.side}/${name}`;
    blocks.set(key, { ...place, name, scalars: scalars + (blocks.get(key)?.scalars ?? 0) });
  }
  return [...blocks.values()];
}

export interface ArchitectureOptions {
  readonly title?: string;
  /** After which encoder layers music enters, from 0. */
  readonly fusionLayers: readonly number[];
  /** Which encoder state is aligned: 0 is the embedded words, `i` the input of layer `i`. */
  readonly alignmentState: number;
}

/** Left edge and width of the columns, and heights of a box and of a floor, in the figure's own unit. */
const COLUMNS = { music: 0, encoder: 4, decoder: 8 } as const;
const BOX = { width: 3, height: 0.72 } as const;
const FILL = {
  embedding: "#E5E5E5",
  layer: "#FFFFFF",
  fusion: `${COLOURS[1]}40`,
  alignment: `${COLOURS[2]}40`,
  frozen: "#CFE3F1",
} as const;

/** A drawing of the captioner, made from its parameter tree: what stands above what, where music enters, where codes are aligned. */
export function architectureFigure(shapes: ParameterShapes, options: ArchitectureOptions): FigureSpec {
  const blocks = parameterBlocks(shapes);
  const of = (kind: ParameterBlock["kind"], side: ParameterBlock["side"]) =>
    blocks.filter((block) => block.kind === kind && block.side === side);
  const fusion = of("fusion", "encoder")[0];
  const music = shapes["model.encoder._linear_1.weight"]?.shape[1];
  const drawing = emptyDrawing();
  const embedded = (side: "encoder" | "decoder") =>
    box(drawing, side, 0, "embedding", "tokens + positions", scalarsOf(of("embedding", side)));
  embedded("encoder");
  embedded("decoder");
  let floor = 1;
  for (const [layer, block] of of("layer", "encoder").entries()) {
    if (layer === options.alignmentState) alignment(drawing, floor, of("alignment", "encoder"), music);
    box(drawing, "encoder", floor++, "layer", block.name, block.scalars);
    if (!fusion || !options.fusionLayers.includes(layer)) continue;
    const again = layer === options.fusionLayers[0] ? fusion.scalars : undefined;
    box(drawing, "encoder", floor, "fusion", "fusion: lyrics ask, music answers", again);
    arrow(drawing, [COLUMNS.music + BOX.width, 0.36], [COLUMNS.encoder, floor + 0.36]);
    floor++;
  }
  const top = floor;
  for (const [at, block] of of("layer", "decoder").entries()) {
    box(drawing, "decoder", at + 1, "layer", block.name, block.scalars);
    arrow(drawing, [COLUMNS.encoder + BOX.width, top - 0.64], [COLUMNS.decoder, at + 1.36]);
  }
  const [tokens] = of("embedding", "both");
  box(drawing, "decoder", of("layer", "decoder").length + 1, "embedding", "vocabulary, the token table again", tokens?.scalars);
  if (music !== undefined) box(drawing, "music", 0, "frozen", `music vectors, ${music} wide (frozen)`);
  const { ends, ...marks } = drawing;
  const dots = { type: "scatter", mode: "markers", x: ends.map(([x]) => x), y: ends.map(([, y]) => y), hoverinfo: "skip" };
  const layout = { ...layoutOf(options.title, Math.max(top, of("layer", "decoder").length + 2)), ...marks };
  return { data: [{ ...dots, marker: { color: "#333333", size: 6 } }], layout };
}

interface Drawing {
  readonly shapes: JsonObject[];
  /** Where lines end. */
  readonly ends: [number, number][];
  readonly annotations: JsonObject[];
}

const emptyDrawing = (): Drawing => ({ shapes: [], ends: [], annotations: [] });

const scalarsOf = (blocks: readonly ParameterBlock[]) => blocks.reduce((sum, { scalars }) => sum + scalars, 0);

function box(
  drawing: Drawing,
  column: keyof typeof COLUMNS,
  floor: number,
  fill: keyof typeof FILL,
  label: string,
  scalars?: number,
): void {
  const [x, y] = [COLUMNS[column], floor];
  const edge = { line: { color: "#333333", width: 1 }, fillcolor: FILL[fill], layer: "below" };
  drawing.shapes.push({ type: "rect", x0: x, x1: x + BOX.width, y0: y, y1: y + BOX.height, ...edge });
  const middle = x + BOX.width / 2;
  if (column !== "music" && floor > 0)
    drawing.shapes.push({
      type: "line",
      x0: middle,
      x1: middle,
      y0: y - 1 + BOX.height,
      y1: y,
      line: { color: "#333333", width: 1 },
    });
  const count = scalars === undefined ? "" : `<br><span style="color:${PAPER_GREY}">${scalars.toLocaleString("en")}</span>`;
  drawing.annotations.push({
    x: x + BOX.width / 2,
    y: y + BOX.height / 2,
    text: `${label}${count}`,
    showarrow: false,
    font: { size: 11 },
  });
}

/** A line from one place to another, which ends in a dot: arrowheads need a browser's geometry. */
function arrow({ shapes, ends }: Drawing, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): void {
  shapes.push({ type: "line", x0, y0, x1, y1, line: { color: "#333333", width: 1 } });
  ends.push([x1, y1]);
}

/** The alignment's box to the left of the state that it takes, with an arrow from there and one from the music. */
function alignment(drawing: Drawing, floor: number, [map]: readonly ParameterBlock[], music: number | undefined): void {
  if (music === undefined) return;
  const y = floor - 0.14; // between two boxes
  box(drawing, "music", y - BOX.height / 2, "alignment", "mean over time, map, InfoNCE", map?.scalars);
  const side = COLUMNS.music + BOX.width;
  arrow(drawing, [COLUMNS.encoder + BOX.width / 2, y], [side, y]);
  const middle = COLUMNS.music + BOX.width / 2;
  arrow(drawing, [middle, BOX.height], [middle, y - BOX.height / 2]);
}

function layoutOf(title: string | undefined, floors: number): JsonObject {
  const frame = frameLayout(title === undefined ? {} : { title });
  const hidden = { visible: false, showgrid: false, zeroline: false, fixedrange: true };
  return {
    ...frame,
    margin: { l: 8, r: 8, t: title === undefined ? 8 : 48, b: 8 },
    xaxis: { ...hidden, range: [-0.1, COLUMNS.decoder + BOX.width + 0.1] },
    yaxis: { ...hidden, range: [-0.15, floors] },
    showlegend: false,
  };
}
