import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import type { CaptionRecord, RunRecord } from "alcap/dist/experiment/run/records";
import { songbookFacts } from "alcap/dist/experiment/run/songbook-material";
import { showable } from "alcap/dist/notebook/escape";
import { renderSvg } from "alcap/dist/notebook/figure/svg/render";
import type { Shown } from "alcap/dist/report/songs";
import { songsSection } from "alcap/dist/report/songs-section";
import { withTooltips } from "alcap/dist/report/tooltips";
import type { TryData } from "alcap/dist/report/try-data";
import { trySection } from "alcap/dist/report/try-section";

interface Dom {
  new (html: string, options?: { readonly contentType: string }): { readonly window: { readonly document: Page } };
}
interface Page {
  querySelector(selector: string): Node | null;
  querySelectorAll(selector: string): ArrayLike<Node> & Iterable<Node>;
}
interface Node {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}
const { JSDOM }: { readonly JSDOM: Dom } = require("jsdom"); // it has no types of its own

const hostile = [
  `<script>alert(1)</script><img src=x onerror=alert(1)>`,
  `" onmouseover="alert(1)" x='`,
  `</textarea></option></script><!-- <svg onload=alert(1)>`,
  "\0\x1b[31mred\x07 \u202eevil\u2066 \ud800",
  "$\\alpha$ &amp; &#60; `code`",
  "a".repeat(2 ** 20),
];

const facts = songbookFacts(presetNamed("smoke"));
const song = makeSong(facts.preset.corpus, 0);
const { mood, lyricsMood } = song.truth;

function shownWith(words: string): Shown {
  const caption: CaptionRecord = { song: words, reference: words, caption: words, scores: {} };
  const run = { name: { method: "alcap", seed: 1 }, record: {} as RunRecord, captions: new Map([[words, caption]]) } as const;
  const songs = [{ song: { ...song, id: words, title: words, lyrics: words }, reference: words, audio: "data:," }];
  return { facts, runs: [run], songs, cases: 1 };
}

test("a corpus's text stands in the page as text, whatever it holds", () => {
  for (const words of hostile) {
    const songs = songsSection(shownWith(words));
    const one = {
      id: words,
      title: words,
      lyrics: words,
      mood,
      lyricsMood,
      music: "",
      audio: "data:,",
      captions: { alcap: words },
    };
    const ports = { args: [], inputs: [], outputs: [], result: { kind: "list", items: [] } } as const;
    const model = { method: "alcap", remember: ports, step: ports, empty: { keys: [], values: [] } } as const;
    const data: TryData = {
      songs: [one],
      silence: "",
      musicShape: [1, 1],
      lyricsTokens: 1,
      captionTokens: 1,
      models: [model],
      scripts: [],
    };
    const { document } = new JSDOM(`<body>${songs}${trySection(data, 1, "npx alcap train")}</body>`).window;
    const shown = showable(words);
    const textOf = (selector: string) => document.querySelector(selector)?.textContent;
    assert.equal(textOf("h3"), shown);
    assert.equal(textOf(".lyrics"), shown);
    assert.equal(textOf("textarea"), shown);
    assert.equal(textOf("#try-song option"), `${shown} (${mood} music, ${lyricsMood} words)`);
    assert.equal(textOf("#try-captions .caption"), shown);
    assert.ok(textOf("tbody tr td")?.startsWith(shown));
    assert.equal(document.querySelector("audio")?.getAttribute("aria-label"), `${shown}, 10 s`);
    assert.deepEqual(
      JSON.parse(textOf("#try-data") ?? ""),
      JSON.parse(JSON.stringify(data)),
      "the page's script gets every character",
    );
    assert.equal(
      document.querySelectorAll("script:not([type='application/json']), img, svg, [onerror], [onload], [onmouseover]").length,
      0,
    );
  }
});

test("bars and markers tell their values, names from data as text", async () => {
  const name = "<script>a</script>";
  const bar = { data: [{ type: "bar", name: "b & c", x: ["one", "two"], y: [1.23456, 2] }], layout: {} };
  const titles = (svg: string) =>
    [...new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.querySelectorAll(".point title")].map(
      (one) => one.textContent,
    );
  assert.deepEqual(titles(withTooltips(await renderSvg(bar), bar)), ["b & c: one, 1.235", "b & c: two, 2"]);
  const line = { data: [{ type: "scatter", mode: "lines+markers", name: "&lt;b&gt;", x: [1, 2, 3], y: [4, 5, 6] }], layout: {} };
  assert.deepEqual(titles(withTooltips(await renderSvg(line), line)), ["<b>: 1, 4", "<b>: 2, 5", "<b>: 3, 6"]);
  const other = { ...bar, data: [...bar.data, { type: "bar", name, x: ["one"], y: [1] }] };
  const svg = await renderSvg(bar);
  assert.equal(withTooltips(svg, other), svg, "a drawing of another figure stays as it is");
});
