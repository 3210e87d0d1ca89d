import { display } from "./display";
import type { MimeBundle } from "./kernel/ipynb";

/**
 * Shows an equation in display style with where it stands.
 *
 * @param tex LaTeX without dollar signs
 * @param source e.g. "paper, eq. 2"
 */
export function displayEquation(tex: string, source?: string): MimeBundle | undefined {
  const where = source === undefined ? "" : `(${source})`;
  // A tag needs no HTML, which untrusted notebooks would lose.
  const tagged = where ? `$$${tex} \\tag*{${where.replace(/[%&#_${}]/g, "\\$&")}}$$` : `$$${tex}$$`;
  return display({
    "text/markdown": tagged,
    "text/latex": tagged,
    "text/plain": `${tex} ${where}`.trimEnd(),
  });
}

/**
 * Shows what the paper states, in its own words or numbers: a quotation in italics with its place. Markdown is allowed.
 *
 * @param source e.g. "§3.2, eq. 3"
 */
export function paperSays(text: string, source: string): MimeBundle | undefined {
  const quoted = text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => `*${paragraph.replace(/\s+/g, " ")}*`)
    .join("\n>\n> ");
  return display({
    "text/markdown": `> **The paper says** (${source}):\n>\n> ${quoted}`,
    "text/plain": `The paper says (${source}): ${text}`,
  });
}

/** Shows what was measured here, upright and unquoted, so that it cannot be taken for the paper's. Markdown is allowed. */
export function weFind(text: string): MimeBundle | undefined {
  return display({ "text/markdown": `**We find:** ${text}`, "text/plain": `We find: ${text}` });
}
