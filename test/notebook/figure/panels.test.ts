import assert from "node:assert/strict";
import { test } from "node:test";
import { type FigureSpec, heatmapFigure, histogramFigure, lineFigure, panelFigure, renderSvg } from "alcap/dist/notebook";
import fc from "fast-check";

type Axis = { domain: [number, number]; anchor: string };
const axis = ({ layout }: FigureSpec, name: string) => layout[name] as unknown as Axis;
const line = (title: string) => lineFigure([{ name: title, x: [0, 1], y: [1, 2] }], { title, x: "seconds" });

test("panels stand row by row, each trace on its own axes, and do not overlap", async () => {
  const picture = heatmapFigure(
    [
      [1, 2],
      [3, 4],
    ],
    { title: "picture" },
  );
  const figure = panelFigure([line("a"), picture, line("c")], { columns: 2, heights: [2, 1], title: "All" });
  assert.deepEqual(
    figure.data.map(({ xaxis, yaxis }) => [xaxis, yaxis]),
    [
      ["x", "y"],
      ["x2", "y2"],
      ["x3", "y3"],
    ],
  );
  const [a, b, c] = ["", "2", "3"].map((place) => ({ x: axis(figure, `xaxis${place}`), y: axis(figure, `yaxis${place}`) }));
  assert.ok(a!.x.domain[1] < b!.x.domain[0] && c!.y.domain[1] < a!.y.domain[0]);
  assert.deepEqual(c!.x.domain, a!.x.domain);
  const height = ({ y }: { y: Axis }) => y.domain[1] - y.domain[0];
  assert.ok(Math.abs(height(a!) / height(c!) - 2) < 1e-9);
  assert.equal(figure.data[1]?.showscale, false);
  const svg = await renderSvg(figure);
  for (const text of ["All", ">a<", ">picture<", ">c<"]) assert.ok(svg.includes(text), text);
});

test("a histogram counts every value once", () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, values, fc.integer({ min: 1, max: 9 }), (one, other, bin) => {
      const { data } = histogramFigure(
        [
          { name: "one", values: one },
          { name: "other", values: other },
        ],
        { bin },
      );
      for (const [index, list] of [one, other].entries()) {
        const { x, y } = data[index] as unknown as { x: number[]; y: number[] };
        assert.ok(Math.abs(y.reduce((a, b) => a + b, 0) - 100) < 1e-9);
        x.forEach((middle, place) => {
          const inside = list.filter((value) => value >= middle - bin / 2 && value < middle + bin / 2).length;
          assert.ok(Math.abs(y[place]! - (100 * inside) / list.length) < 1e-9);
        });
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});

test("bins of counted values stand around the multiples, whatever rounding did to them", () => {
  const { data } = histogramFigure([{ name: "difference", values: [100 * (0.03 - 0.02), 0, 0, -1] }], { bin: 1, counted: true });
  const { x, y } = data[0] as unknown as { x: number[]; y: number[] };
  assert.deepEqual(
    [x, y],
    [
      [-1, 0, 1],
      [25, 50, 25],
    ],
  );
});

test("an axis can say where values are written", () => {
  const { layout } = lineFigure([{ name: "a", x: [4, 26], y: [1, 2] }], { x: { scale: "log", ticks: [4, 26] } });
  const { tickvals, tickmode } = layout.xaxis as { tickvals: number[]; tickmode: string };
  assert.deepEqual([tickmode, tickvals], ["array", [4, 26]]);
});
