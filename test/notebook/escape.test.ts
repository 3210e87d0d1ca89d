import assert from "node:assert/strict";
import { test } from "node:test";
import { displayTable } from "alcap/dist/notebook";
import { escapeHtml, escapeMarkdown, escapePlotly, escapeXml, showable } from "alcap/dist/notebook/escape";
import fc from "fast-check";

const anything = fc.string({ unit: "binary" });

test("line ends become one kind, and what cannot be shown is told", () => {
  assert.equal(showable("a\r\nb\rc\td"), "a\nb\nc\td");
  assert.equal(showable("\0\x1b[31m\u202eevil\ud800\ufffe"), "\ufffd\ufffd[31m\ufffdevil\ufffd\ufffd");
  assert.equal(showable("naïve 日本 😀 λ"), "naïve 日本 😀 λ");
});

test("formulas, links and blocks in text from data stay text", () => {
  assert.equal(escapeHtml("$x$ \\(y\\)"), "<span>&#36;</span>x<span>&#36;</span> <span>&#92;</span>(y<span>&#92;</span>)");
  assert.equal(escapeXml(`$ <a href="x">'`), "$ &lt;a href=&quot;x&quot;&gt;&#39;");
  assert.equal(escapeMarkdown("- item"), "\\- item");
  assert.equal(escapeMarkdown("12. item"), "12\\. item");
  assert.equal(escapeMarkdown("    code"), "code");
  assert.equal(escapeMarkdown("===\rnext | cell"), "\\=== next \\| cell");
  assert.equal(escapeMarkdown("$a$ [b](c) <i>"), "<span>&#36;</span>a<span>&#36;</span> \\[b\\](c) &lt;i&gt;");
  assert.equal(escapePlotly('<a href="x">$y$</a>'), '&lt;a href="x"&gt;&#36;y&#36;&lt;/a&gt;');
});

test("no text escapes", () => {
  const spans = /<span>&#(36|92);<\/span>/g;
  fc.assert(
    fc.property(anything, (text) => {
      assert.doesNotMatch(escapeHtml(text).replace(spans, ""), /[<>"'$\\]/);
      assert.doesNotMatch(escapeMarkdown(text).replace(spans, "").replace(/\\./g, ""), /[<>$\\`*_{}[\]#!|~\n]/);
      assert.equal(escapeXml(showable(text)), escapeXml(text));
    }),
    { seed: 7, numRuns: 2000 },
  );
});

test("a carriage return breaks no row of a table", () => {
  const bundle = displayTable(["song"], [["a\rb"], ["- c"]], { caption: "=== d" });
  assert.equal(bundle?.["text/markdown"], "\\=== d\n\n| song |\n| :--- |\n| a b |\n| \\- c |");
  assert.match(String(bundle?.["text/plain"]), /^a b$/m);
});
