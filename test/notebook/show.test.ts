import assert from "node:assert/strict";
import { test } from "node:test";
import { displayAudio, displayEquation, displayTable, formatInterval, paperSays, weFind } from "alcap/dist/notebook";
import { mulawWav } from "alcap/dist/notebook/audio";
import fc from "fast-check";

const nasty = fc.string({ unit: fc.constantFrom("a", "<", ">", "&", '"', "'", "|", "*", "\n", "\\", "$") });

test("a table: numbers right with fixed decimals, intervals, the paper's column told apart", () => {
  const interval = { mean: 12.345, low: 11.9, high: 12.84 };
  const columns = [
    "Model",
    { header: "ROUGE-L", source: "paper" as const, decimals: 1 },
    { header: "ROUGE-L", decimals: 1 },
    "Songs",
  ];
  const bundle = displayTable(
    columns,
    [
      ["BART", 20.04, interval, 41],
      ["ALCAP", null, { ...interval, mean: -0.04 }, 7],
    ],
    { caption: "Test split" },
  );
  assert.equal(
    bundle?.["text/plain"],
    [
      "Test split",
      "Model  ROUGE-L (paper)            ROUGE-L  Songs",
      "-----  ---------------  -----------------  -----",
      "BART              20.0  12.3 [11.9, 12.8]     41",
      "ALCAP                –   0.0 [11.9, 12.8]      7",
    ].join("\n"),
  );
  assert.equal(
    bundle?.["text/markdown"],
    [
      "Test split",
      "",
      "| Model | *ROUGE-L (paper)* | ROUGE-L | Songs |",
      "| :--- | ---: | ---: | ---: |",
      "| BART | *20.0* | 12.3 \\[11.9, 12.8\\] | 41 |",
      "| ALCAP | *–* | 0.0 \\[11.9, 12.8\\] | 7 |",
    ].join("\n"),
  );
  const html = String(bundle?.["text/html"]);
  assert.match(
    html,
    /<td align="right" style="[^"]+"><div align="right"><font color="#7F7F7F"><em>20\.0<\/em><\/font><\/div><\/td>/,
  );
  assert.match(html, /<td align="left" style="text-align:left"><div align="left">BART<\/div><\/td>/);
});

test("an interval that is not known is left out", () => {
  assert.equal(formatInterval({ mean: 3, low: Number.NaN, high: Number.NaN }, 1), "3.0");
  assert.equal(formatInterval({ mean: 3, low: 2, high: 4 }), "3.00 [2.00, 4.00]");
});

test("whole numbers stay whole beside a number that is missing", () => {
  assert.match(String(displayTable(["rows"], [[3331], [null]])?.["text/plain"]), /^3331$/m);
});

test("text from data cannot break a table", () => {
  fc.assert(
    fc.property(nasty, nasty, (header, value) => {
      const bundle = displayTable([header, "n"], [[value, 1]]);
      const html = String(bundle?.["text/html"]);
      const content = [...html.matchAll(/<t[hd] [^>]*>(.*?)<\/t[hd]>/gs)].map(([, text = ""]) => text);
      assert.equal(content.length, 4);
      for (const text of content) {
        const bare = text.replace(/<\/?div[^>]*>|<span>&#(36|92);<\/span>|&(amp|lt|gt|quot|#39);/g, "");
        assert.doesNotMatch(bare, /[<>&"'$\\]/);
      }
      const markdown = String(bundle?.["text/markdown"]).split("\n");
      assert.equal(markdown.length, 3, "one line a row");
      for (const line of markdown) assert.equal(line.replace(/\\./g, "").split("|").length, 4, "two columns");
      assert.doesNotMatch(markdown.join("\n").replace(/<span>&#(36|92);<\/span>/g, ""), /[<>$]/);
    }),
    { seed: 7, numRuns: 300 },
  );
});

/** The G.711 µ-law decoder, written from its definition. */
function decodeMulaw(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7);
  return ((bits & 0x80 ? -1 : 1) * (magnitude - 0x84)) / 32768;
}

test("µ-law audio is within a step of what went in", () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (amplitude) => {
      const heard = decodeMulaw(mulawWav(Float32Array.of(amplitude), 8000)[58] ?? 0);
      assert.ok(Math.abs(heard - amplitude) <= 0.002 + Math.abs(amplitude) / 25, `${amplitude} → ${heard}`);
    }),
    { seed: 7, numRuns: 500 },
  );
  assert.equal(mulawWav(Float32Array.of(0), 8000)[58], 0xff);
});

test("an audio player carries an excerpt, says how much of the whole it is, and keeps its pitch at a lower rate", () => {
  const rate = 16000;
  const tone = Float32Array.from({ length: 15 * rate }, (_, index) => 0.5 * Math.sin((2 * Math.PI * 440 * index) / rate));
  const bundle = displayAudio(tone, rate, "Song <7>", { seconds: 4, start: 2, rate: 8000 });
  const html = String(bundle?.["text/html"]);
  assert.equal(bundle?.["text/plain"], "Audio: Song <7> (4.0 s of 15.0 s)");
  assert.match(html, /Song &lt;7&gt; \(4\.0 s of 15\.0 s\)/);
  const wav = Buffer.from(/base64,([^"]+)"/.exec(html)?.[1] ?? "", "base64");
  assert.deepEqual([wav.toString("latin1", 0, 4), wav.readUInt32LE(4), wav.length], ["RIFF", wav.length - 8, 58 + 4 * 8000]);
  assert.deepEqual(
    [wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt32LE(54)],
    [7, 1, 8000, 4 * 8000],
  );
  const heard = Array.from(wav.subarray(58), decodeMulaw);
  const rises = heard.filter((sample, index) => sample > 0 && (heard[index - 1] ?? 0) <= 0).length;
  assert.ok(Math.abs(rises - 4 * 440) <= 2, `${rises} periods in 4 s`);
  assert.ok(Math.abs(Math.max(...heard) - 0.5) < 0.03);
  assert.throws(() => displayAudio(tone, rate, "x", { rate: 7000 }), { code: "usage" });
  assert.throws(() => displayAudio(tone, rate, "x", { start: 20 }), { code: "usage" });
});

test("a lower rate removes what it cannot hold", () => {
  const rate = 16000;
  const high = Float32Array.from({ length: rate }, (_, index) => 0.5 * Math.sin((2 * Math.PI * 6000 * index) / rate));
  const html = String(displayAudio(high, rate, "6 kHz", { rate: 8000 })?.["text/html"]);
  const heard = Array.from(Buffer.from(/base64,([^"]+)"/.exec(html)?.[1] ?? "", "base64").subarray(58 + 100, -100), decodeMulaw);
  assert.ok(Math.max(...heard.map(Math.abs)) < 0.01);
});

test("the paper's words are a quotation, ours are not", () => {
  const paper = paperSays("λ is set to 0.02.\n\nIt is small.", "§4.1");
  assert.equal(paper?.["text/markdown"], "> **The paper says** (§4.1):\n>\n> *λ is set to 0.02.*\n>\n> *It is small.*");
  assert.equal(weFind("The gain is 2 points.")?.["text/markdown"], "**We find:** The gain is 2 points.");
  const equation = displayEquation("L = L_{cap} + \\lambda L_{con}", "paper, eq. 4");
  assert.equal(equation?.["text/latex"], "$$L = L_{cap} + \\lambda L_{con} \\tag*{(paper, eq. 4)}$$");
  assert.match(String(equation?.["text/markdown"]), /eq\. 4/);
});
