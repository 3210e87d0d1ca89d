import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import {
  barFigure,
  displayFigure,
  heatmapFigure,
  lineFigure,
  panelFigure,
  renderSvg,
  scatterFigure,
  trainingCurves,
  withReference,
} from "alcap/dist/notebook";
import { poolMatrix } from "alcap/dist/notebook/figure/numbers";
import { pngUri } from "alcap/dist/notebook/figure/svg/png";
import { rasterise } from "alcap/dist/notebook/figure/svg/raster";
import fc from "fast-check";
import { unzlibSync } from "fflate";

interface Parsed {
  querySelector(selector: string): unknown;
  querySelectorAll(selector: string): Iterable<{ readonly textContent: string | null }>;
}
type Dom = new (
  html: string,
) => { readonly window: { readonly DOMParser: new () => { parseFromString(text: string, type: string): Parsed } } };
const { JSDOM }: { readonly JSDOM: Dom } = require("jsdom");

const folder = mkdtempSync(path.join(tmpdir(), "alcap-figures-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const interval = (value: number) => ({ mean: value, low: value - 2, high: value + 1 });
const bars = barFigure(
  ["ROUGE-1", "ROUGE-L"],
  [
    { name: "BART", values: [40, 20], source: "paper" },
    { name: "BART", values: [38, 19].map(interval) },
  ],
  {
    title: "Scores",
    y: "Score (%)",
  },
);
const spectrogram = {
  rows: 128,
  columns: 938,
  values: Float32Array.from({ length: 128 * 938 }, (_, index) => -80 + 60 * Math.sin(index / 938) ** 2),
};

const idsOf = (svg: string): string[] => [...svg.matchAll(/\sid="([^"]+)"/g)].map(([, id = ""]) => id);
const pointers = (svg: string): string[] =>
  [...svg.matchAll(/(?:url\((?:&quot;|')?#|href="#)([^"')&]+)/g)].map(([, id = ""]) => id);

test("no name stands in two figures, and every pointer finds its own", async () => {
  const others = [lineFigure([{ name: "a", x: [0, 1], y: [1, 2] }]), heatmapFigure(spectrogram, { colour: "dB" })];
  const svgs = [];
  for (const figure of [bars, ...others]) svgs.push(await renderSvg(figure));
  const all = svgs.flatMap(idsOf);
  assert.ok(all.length > 6);
  assert.equal(new Set(all).size, all.length);
  for (const svg of svgs) {
    assert.ok(pointers(svg).length > 0);
    for (const pointer of pointers(svg)) assert.ok(idsOf(svg).includes(pointer), pointer);
  }
});

test("an SVG stays well-formed XML without links or formulas, whatever its texts hold", async () => {
  const bad = 'a <a href="https://x.y">b</a> $x^2$ \\(y\\) \0\x01\x1b[31m\r\u202e & <script>';
  const figures = [
    barFigure([bad], [{ name: bad, values: [1] }], { title: bad, x: bad, y: bad }),
    withReference(heatmapFigure([[1, 2]], { title: bad, colour: bad, columnNames: [bad, "b"] }), { y: 0, label: bad }),
    scatterFigure([{ name: bad, x: [0], y: [1], labels: [bad] }]),
  ];
  const { window } = new JSDOM("");
  for (const figure of [...figures, panelFigure(figures.slice(0, 2), { title: bad })]) {
    const svg = await renderSvg(figure);
    const parsed = new window.DOMParser().parseFromString(svg, "application/xml");
    assert.equal(parsed.querySelector("parsererror, a, script, foreignObject"), null);
    assert.ok(
      [...parsed.querySelectorAll("text")].some(({ textContent }) => textContent?.includes('<a href="https://x.y">b</a> $x^2$')),
    );
    assert.doesNotMatch(JSON.stringify(figure), /\$x\^2\$/, "plotly takes dollars for formulas where MathJax is loaded");
  }
});

/** The texts of an SVG, in order. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text = ""]) => text.replace(/<[^>]*>/g, ""));
}

test("the same figure gives the same bytes, whatever was drawn before", async () => {
  const first = await renderSvg(bars);
  await renderSvg(heatmapFigure(spectrogram));
  assert.equal(await renderSvg(bars), first);
});

test("axis, tick and legend texts stand in the SVG", async () => {
  const found = texts(await renderSvg(bars));
  for (const text of ["ROUGE-1", "ROUGE-L", "0", "20", "40", "Score (%)", "BART (paper)", "BART"])
    assert.ok(found.includes(text), `${text} in ${found}`);
  const repeated = ["la", "la", "<pad>"];
  const attention = texts(
    await renderSvg(
      heatmapFigure(
        [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
        { columnNames: repeated, rowNames: repeated, colour: "Weight" },
      ),
    ),
  );
  assert.equal(attention.filter((text) => text === "la").length, 4, "repeated tokens are kept apart");
  assert.equal(attention.filter((text) => text === "&#60;pad&#62;").length, 2, "tokens are not read as markup");
});

test("intervals become whiskers", async () => {
  const without = await renderSvg(barFigure(["a", "b"], [{ name: "s", values: [38, 19] }]));
  assert.equal((await renderSvg(bars)).match(/class="yerror"/g)?.length, 2);
  assert.doesNotMatch(without, /class="yerror"/);
  const single = barFigure(["a"], [{ name: "s", values: [{ mean: 38, low: Number.NaN, high: Number.NaN }] }]);
  assert.deepEqual(
    (single.data[0]?.error_y as { array: unknown } | undefined)?.array,
    [null],
    "one run has no interval, not one of no width",
  );
  const [, ours] = bars.data;
  assert.deepEqual(ours?.error_y, { ...(ours?.error_y as object), array: [1, 1], arrayminus: [2, 2] });
});

test("points with intervals have whiskers, and references stand on either axis, told apart", () => {
  const points = scatterFigure([{ name: "measured", x: [0, 1], y: [2, 3], low: [1, 3], high: [4, 3.5] }]);
  const { array, arrayminus } = points.data[0]!.error_y as { array: number[]; arrayminus: number[] };
  assert.deepEqual(
    [array, arrayminus],
    [
      [2, 0.5],
      [1, 0],
    ],
  );
  const { shapes } = withReference(withReference(points, { x: 0.5, label: "half" }), { y: 2, label: "two" })
    .layout as unknown as {
    shapes: { x0: number; x1: number; y0: number; y1: number; line: { dash: string } }[];
  };
  assert.deepEqual(
    shapes.map(({ x0, x1, y0, y1 }) => [x0, x1, y0, y1]),
    [
      [0.5, 0.5, 0, 1],
      [0, 1, 2, 2],
    ],
  );
  assert.notEqual(shapes[0]?.line.dash, shapes[1]?.line.dash);
});

test("a series keeps its colour wherever it stands, and an axis of levels names them", () => {
  const colourOf = (trace: unknown) => trace as { marker?: { color: string }; line?: { color: string } };
  const three = ["a", "b", "c"].map((name) => ({ name, x: [0, 1], y: [1, 2], values: [1, 2] }));
  const third = [{ ...three[2]!, colour: 2 }];
  assert.equal(
    colourOf(barFigure(["u", "v"], third).data[0]).marker?.color,
    colourOf(barFigure(["u", "v"], three).data[2]).marker?.color,
  );
  assert.equal(colourOf(lineFigure(third).data[0]).line?.color, colourOf(lineFigure(three).data[2]).line?.color);
  assert.equal(colourOf(scatterFigure(third).data[0]).marker?.color, colourOf(scatterFigure(three).data[2]).marker?.color);
  const { xaxis } = lineFigure(third, { x: { label: "λ", levels: ["0", "<1"] } }).layout as {
    xaxis: { tickvals: number[]; ticktext: string[] };
  };
  assert.deepEqual(
    [xaxis.tickvals, xaxis.ticktext],
    [
      [0, 1],
      ["0", "&lt;1"],
    ],
  );
});

test("fifty bars keep every label", async () => {
  const labels = Array.from({ length: 50 }, (_, i) => `tag ${i}`);
  const found = texts(await renderSvg(barFigure(labels, [{ name: "songs", values: labels.map((_, i) => i) }])));
  assert.deepEqual(
    labels.filter((label) => !found.includes(label)),
    [],
  );
});

test("lines, points, bands, curves and references are drawn", async () => {
  const y = [1, 3, 2];
  const line = await renderSvg(lineFigure([{ name: "ours", x: [0, 1, 2], y, low: [0, 2, 1], high: [2, 4, 3] }]));
  assert.match(line, /class="js-fill"/);
  assert.match(await renderSvg(scatterFigure([{ name: "songs", x: [0, 1, 2], y }])), /class="point"/);
  const curves = trainingCurves([{ name: "ALCAP", values: Float32Array.from({ length: 460 }, (_, step) => 1 / (step + 1)) }]);
  assert.ok(JSON.stringify(curves).length < 12_000, "long curves are packed");
  const svg = await renderSvg(withReference(curves, { y: 0.5, label: "log N" }));
  assert.ok(texts(svg).includes("log N"));
  assert.equal(svg.match(/class="trace scatter/g)?.length, 2, "raw and smoothed");
});

test("a spectrogram is one picture inside the SVG, and small", async () => {
  const figure = heatmapFigure(spectrogram, { columnSpan: [0, 15], decimals: 0, colour: "Power (dB)" });
  assert.ok(JSON.stringify(figure).length < 60_000);
  const svg = await renderSvg(figure, { width: 700, height: 320 });
  const [, picture = ""] = /<image[^>]*href="data:image\/png;base64,([^"]+)"/.exec(svg) ?? [];
  const png = Buffer.from(picture, "base64");
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [300, 128]);
  assert.ok(svg.length < 150_000);
});

test("pooling keeps the mean of every block", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, columns, maxRows, maxColumns) => {
        const values = Array.from({ length: rows * columns }, (_, index) => Math.floor(index / columns) * 10);
        const pooled = poolMatrix({ rows, columns, values }, maxRows, maxColumns);
        assert.deepEqual([pooled.rows, pooled.columns], [Math.min(rows, maxRows), Math.min(columns, maxColumns)]);
        for (let row = 0; row < pooled.rows; row++) {
          const first = Math.floor((row * rows) / pooled.rows);
          const last = Math.floor(((row + 1) * rows) / pooled.rows) - 1;
          for (let column = 0; column < pooled.columns; column++) {
            assert.ok(Math.abs((pooled.values[row * pooled.columns + column] ?? Number.NaN) - 5 * (first + last)) < 1e-9);
          }
        }
      },
    ),
    { seed: 7 },
  );
});

test("a PNG holds the pixels", () => {
  const pixels = Uint8ClampedArray.from({ length: 3 * 2 * 4 }, (_, index) => index * 7);
  const png = Buffer.from(pngUri(3, 2, pixels).split(",")[1] ?? "", "base64");
  const data = png.indexOf("IDAT");
  const rows = unzlibSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
  assert.deepEqual([...rows], [0, ...pixels.subarray(0, 12), 0, ...pixels.subarray(12)]);
  assert.equal(png.readUInt32BE(png.indexOf("IEND") + 4), 0xae426082, "the check sum every PNG ends with");
});

test("traces that need a browser are refused", async () => {
  for (const type of ["scatter3d", "scattergl", "surface"]) {
    await assert.rejects(renderSvg({ data: [{ type: "bar" }, { type }], layout: {} }), {
      code: "usage",
      message: new RegExp(`Trace 2 .* ${type}`),
    });
  }
});

test("displayFigure returns one bundle in plain Node, and saves figure and SVG by name", async () => {
  const bundle = await displayFigure(bars, { width: 400, height: 300, folder: path.join(folder, "figures"), name: "scores" });
  assert.deepEqual(Object.keys(bundle ?? {}), ["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
  assert.equal(bundle?.["text/plain"], "Figure: Scores");
  const saved = path.join(folder, "figures");
  assert.deepEqual(readdirSync(saved), ["scores.json", "scores.svg"]);
  const png = Buffer.from(String(bundle?.["image/png"]), "base64");
  assert.deepEqual([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ["PNG", 800, 600]);
  assert.equal(await rasterise(readFileSync(path.join(saved, "scores.svg"), "utf8").trimEnd()), bundle?.["image/png"]);
  const spec = JSON.parse(readFileSync(path.join(saved, "scores.json"), "utf8"));
  assert.deepEqual([spec.data.length, spec.layout.width, spec.layout.height], [2, 400, 300]);
  await assert.rejects(displayFigure(bars, { folder: saved }), { code: "usage" });
});
