import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { readText } from "../files/read";
import { titleOf } from "../notebook/figure/figure";
import type { FigureSpec } from "../notebook/figure/svg/render";
import { attribute, type Html, link, paragraph, section, text } from "./html";
import { withTooltips } from "./tooltips";

/** A notebook that figures are of: its first two digits, its heading and its address from the page. */
export interface NotebookLink {
  readonly number: string;
  readonly heading: string;
  readonly address: string;
}

/** The figures of a preset's folder, inline, notebook by notebook. Points and bars have their values as native tooltips. */
export function figuresSection(folder: string, notebooks: readonly NotebookLink[]): Html {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".svg")) : [];
  const groups = [...new Set(names.map((name) => name.slice(0, 2)))].sort();
  if (groups.length === 0)
    return section("figures", "Figures", paragraph("No figure is there: the notebooks draw them when they are executed."));
  return section(
    "figures",
    "Figures",
    paragraph("As the notebooks drew them. With a mouse, bars and points tell their values."),
    ...groups.map((number) => {
      const notebook = notebooks.find((one) => one.number === number);
      const own = names.filter((name) => name.startsWith(`${number}-`)).sort();
      const heading = notebook ? `${number}: ${notebook.heading}` : `Notebook ${number}`;
      const where = notebook ? `<p>${link(notebook.address, path.basename(notebook.address))}</p>` : "";
      return `<h3>${text(heading)}</h3>\n${where}<div class="figures">${own.map((name) => figure(folder, name)).join("\n")}</div>`;
    }),
  );
}

/** Pixels beyond which a figure takes the whole column. */
const WIDE = 800;

function figure(folder: string, name: string): Html {
  const spec = specOf(path.join(folder, name.replace(/\.svg$/, ".json")));
  const svg = readText(path.join(folder, name), { code: "record" });
  const own = spec && titleOf(spec);
  const title = own || name.replace(/^\d+-|\.svg$/g, "").replaceAll("-", " ");
  const wide = Number(/<svg[^>]* width="(\d+)"/.exec(svg)?.[1]) > WIDE ? ' class="wide"' : "";
  const drawn = (spec ? withTooltips(svg, spec) : svg)
    .replace(/^[\s\S]*?<svg /, `<svg role="img" aria-label="${attribute(title)}" `)
    .replace(/<script[\s\S]*?<\/script>/gi, "");
  return `<figure${wide} tabindex="0" aria-label="${attribute(title)}">${drawn}${own ? "" : `<figcaption>${text(title)}</figcaption>`}</figure>`;
}

function specOf(file: string): FigureSpec | undefined {
  if (!existsSync(file)) return undefined;
  const spec: unknown = JSON.parse(readText(file, { code: "record" }));
  return typeof spec === "object" && spec !== null && "data" in spec && "layout" in spec ? (spec as FigureSpec) : undefined;
}
