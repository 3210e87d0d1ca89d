import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A real browser's program, `ALCAP_CHROMIUM` or where systems have it, and else why tests that need one are skipped. */
export function findChromium(): { readonly program: string; readonly skip: string | false } {
  const program = [process.env.ALCAP_CHROMIUM ?? "", ...PATHS].find((one) => one !== "" && existsSync(one));
  return { program: program ?? "", skip: program ? false : "no Chromium is on this machine; ALCAP_CHROMIUM can name one" };
}

export const openChromium = (program: string): Promise<Browser> =>
  chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });

interface Finding {
  readonly impact: string;
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds that is serious or critical, one line each. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const found = (await page.evaluate(
    "axe.run(document).then(({ violations, passes }) => ({ violations, passes: passes.length }))",
  )) as {
    readonly violations: readonly Finding[];
    readonly passes: number;
  };
  if (found.passes === 0) throw new Error("axe-core looked at nothing");
  const grave = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** Everything that a page says or asks for that it should not. */
export function watched(page: Page): string[] {
  const said: string[] = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) said.push(`request: ${request.url()}`);
  });
  return said;
}
