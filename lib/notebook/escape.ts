// Text from data, made safe for each place it is shown: it stays text, wherever it comes from.

const HTML_ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const MATH_ENTITIES: Readonly<Record<string, string>> = { $: "&#36;", "\\": "&#92;" };
/** What XML cannot hold, what a terminal obeys, and what turns the direction of the text that follows. */
const UNSHOWABLE = /(?![\n\t])\p{Cc}|[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu;
/** A line's beginning that Markdown takes for a list, a heading's underline or a rule. */
const BLOCK_MARK = /^(?:[-+](?=[\s-]|$)|=+(?=\s|$)|\d+(?=[.)](?:\s|$)))/;

/** Text that can be shown everywhere: one kind of line end, and the replacement character for what cannot be shown. */
export function showable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(UNSHOWABLE, "\ufffd");
}

/** Text made safe inside attributes and the elements of SVG. */
export function escapeXml(text: string): string {
  return showable(text).replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character);
}

/** Text made safe inside HTML elements. `$` and `\` stand in elements of their own, where MathJax finds no formula. */
export function escapeHtml(text: string): string {
  return escapeXml(text).replace(/[$\\]/g, (character) => `<span>${MATH_ENTITIES[character]}</span>`);
}

/** Text made safe inside Markdown prose and table cells: no markup, no HTML, no formula, one line. */
export function escapeMarkdown(text: string): string {
  return showable(text)
    .trim()
    .replace(/[`*_{}[\]#!|~]|[&<>$\\]/g, (character) => {
      if (character in MATH_ENTITIES) return `<span>${MATH_ENTITIES[character]}</span>`;
      return HTML_ENTITIES[character] ?? `\\${character}`;
    })
    .replace(BLOCK_MARK, (mark) => (/\d/.test(mark) ? `${mark}\\` : `\\${mark}`))
    .replace(/\s*\n\s*/g, " ");
}

/** Text that plotly, which takes a few HTML tags and formulas, shows as it is. */
export function escapePlotly(text: string): string {
  return showable(text)
    .replace(/[&<>]/g, (character) => HTML_ENTITIES[character] ?? character)
    .replaceAll("$", "&#36;");
}
