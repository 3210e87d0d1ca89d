import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { displayGallery } from "alcap/dist/notebook";
import { pictureUri } from "alcap/dist/notebook/figure/picture";
import { unzlibSync } from "fflate";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-gallery-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The pixels of a PNG written by the library: one IDAT chunk, no filters, red, green, blue, alpha. */
function pixels(uri: string): { width: number; height: number; at(x: number, y: number): number[] } {
  const bytes = Buffer.from(uri.slice("data:image/png;base64,".length), "base64");
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const start = bytes.indexOf("IDAT");
  const rows = unzlibSync(bytes.subarray(start + 4, start + 4 + bytes.readUInt32BE(start - 4)));
  return { width, height, at: (x, y) => [...rows.subarray(y * (4 * width + 1) + 1 + 4 * x, y * (4 * width + 1) + 5 + 4 * x)] };
}

test("a picture: row 0 at the bottom, dark to bright over the range, cut at its ends", () => {
  const picture = pixels(pictureUri({ rows: 2, columns: 3, values: [0, 5, 10, -99, 99, 5] }, { range: [0, 10] }));
  assert.deepEqual([picture.width, picture.height], [3, 2]);
  const [dark, bright] = [
    [68, 1, 84, 255],
    [253, 231, 37, 255],
  ];
  assert.deepEqual([picture.at(0, 1), picture.at(2, 1), picture.at(0, 0), picture.at(1, 0)], [dark, bright, dark, bright]);
  assert.deepEqual(picture.at(1, 1), picture.at(2, 0));
});

test("a gallery: picture, words and player of each sound; the SVG is saved; text from data stays text", async () => {
  const audio = Float32Array.from({ length: 16_000 }, (_, i) => 0.5 * Math.sin(i / 9));
  const picture = { rows: 2, columns: 2, values: [0, 1, 2, 3] };
  const item = { title: '<b> & "x"', lines: ["tense", "a < b"], audio, picture };
  const options = { sampleRate: 16_000, range: [0, 3] as const, seconds: 0.5, name: "two", folder };
  const [pictured, played] = (await displayGallery([item, { ...item, title: "Second" }], options)) ?? [];
  const html = String(played?.["text/html"]);
  assert.equal(html.match(/<audio controls/g)?.length, 2);
  assert.ok(html.includes("&lt;b&gt; &amp; &quot;x&quot;") && !html.includes("<b> &"));
  assert.match(Buffer.from(String(pictured?.["image/png"]), "base64").toString("latin1", 0, 4), /PNG/);
  const [, wav = ""] = /src="data:audio\/wav;base64,([^"]+)"/.exec(html) ?? [];
  assert.equal(Buffer.from(wav, "base64").length, 58 + 8000);
  const svg = readFileSync(path.join(folder, "two.svg"), "utf8");
  assert.equal(svg.match(/href="data:image\/png/g)?.length, 2);
  assert.ok(svg.includes("a &lt; b") && svg.includes("&lt;b&gt;") && !svg.includes("<b>") && !svg.includes("audio"));
  assert.equal(pictured?.["text/plain"], '<b> & "x"\n  tense\n  a < b\nSecond\n  tense\n  a < b');
});
