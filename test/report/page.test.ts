import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { makeRuns } from "alcap/dist/experiment/run/obtain-runs";
import { prepareMaterial } from "alcap/dist/experiment/run/songbook-material";
import { barFigure, displayFigure } from "alcap/dist/notebook";
import { showable } from "alcap/dist/notebook/escape";
import { methods } from "alcap/dist/paper";
import { writeReport } from "alcap/dist/report";
import type { TryData } from "alcap/dist/report/try-data";
import type { Browser, Page } from "playwright-core";
import { smokeHome } from "../experiment/sweep/smoke-home";
import { axeFindings, findChromium, openChromium, watched } from "./chromium";
import { plantWeights } from "./untrained";

// The smoke preset's own page in a home of its own: its captions mean nothing, but the models in the page must write the recorded ones.
const { program, skip } = findChromium();
const preset = presetNamed("smoke");
let home = "";
let file = "";
let browser: Browser;

before(async () => {
  process.env.ALCAP_THREADS = "1";
  home = await smokeHome();
  process.env.ALCAP_HOME = home;
  const material = await prepareMaterial(preset);
  plantWeights(material);
  await makeRuns(material, { preset });
  const bars = barFigure(["BART", "ALCAP"], [{ name: "mood", values: [1, 2] }], { title: "Two bars" });
  await displayFigure(bars, { name: "04-bars", folder: path.join(home, "results/smoke/figures"), width: 980 });
  file = await writeReport(preset);
  if (!skip) browser = await openChromium(program);
});
after(async () => {
  await browser?.close();
  rmSync(home, { recursive: true, force: true });
});

/** Milliseconds that a step may take on a machine with other work; an idle one takes seconds. */
const BUSY = 180_000;

/** Opens the page with nothing to say and no way out. */
async function opened(address: string, options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {}) {
  const { colorScheme = "light", width = 1280 } = options;
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 844 } });
  const page = await context.newPage();
  page.setDefaultTimeout(BUSY);
  const said = watched(page);
  await page.goto(address);
  return { page, said, close: () => context.close() };
}

const written = (page: Page) => page.locator("#try-status", { hasText: /captions in|failed/ }).waitFor();
const captionsOf = (page: Page) => page.locator("#try-captions .caption").allTextContents();
const shownOf = (captions: TryData["songs"][number]["captions"] = {}) => methods.map((one) => showable(captions[one] ?? ""));
const dataOf = async (page: Page) => JSON.parse((await page.locator("#try-data").textContent()) ?? "") as TryData;

test("in light, dark and on a phone: no error, no request, nothing grave for axe, every figure to be seen", {
  skip,
}, async () => {
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { width: 390 }] as const) {
    const { page, said, close } = await opened(pathToFileURL(file).href, options);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "no sideways scrolling");
    for (const figure of await page.locator("figure svg").all()) {
      const box = await figure.boundingBox();
      assert.ok(box && box.width > 200 && box.height > 100, "a figure has a size");
    }
    assert.equal(await page.locator("figure svg").count(), 1);
    const levels = await page.locator("h1, h2, h3").evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    assert.ok(levels[0] === 1 && levels.every((level, i) => i === 0 || level - levels[i - 1]! <= 1), "headings in order");
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(said, []);
    await close();
  }
});

test("the models in the page write the recorded captions, and others for other words", { skip }, async (context) => {
  const { page, said, close } = await opened(pathToFileURL(file).href);
  const { songs, models } = await dataOf(page);
  assert.deepEqual(
    models.map(({ method }) => method),
    ["bart", "bart-fusion", "alcap"],
  );
  for (const [at, { captions }] of songs.entries()) {
    await page.selectOption("#try-song", String(at));
    const started = performance.now();
    await page.click("#try-write");
    await written(page);
    context.diagnostic(`${at === 0 ? "loaded and captioned" : "captioned"} in ${Math.round(performance.now() - started)} ms`);
    assert.deepEqual(await captionsOf(page), shownOf(captions));
  }
  const before = await captionsOf(page);
  const other = songs.find(({ captions }) => shownOf(captions)[0] !== before[0]);
  assert.ok(other, "not every song has the same caption");
  await page.fill("#try-lyrics", other.lyrics);
  await page.click("#try-write");
  await written(page);
  assert.equal((await captionsOf(page))[0], shownOf(other.captions)[0], "BART's caption follows the words, whatever the song");
  await page.selectOption("#try-music", "silence");
  await written(page);
  assert.ok(await page.locator("#try-audio").isHidden());
  await page.fill("#try-lyrics", " … ");
  await page.click("#try-write");
  assert.match((await page.locator("#try-status").textContent()) ?? "", /no words/);
  await page.click("#try-reset");
  assert.deepEqual(await captionsOf(page), before);
  assert.deepEqual(said, []);
  await close();
});

test("from a server it works the same, and by keyboard alone", { skip }, async (context) => {
  const server = createServer((request, response) => {
    const name = path.join(path.dirname(file), decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    response.setHeader("content-type", name.endsWith(".js") ? "text/javascript" : "text/html").end(readFileSync(name));
  });
  context.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { page, said, close } = await opened(`http://127.0.0.1:${port}/index.html`);
  await page.focus("#try-lyrics");
  for (let tabs = 0; tabs < 5 && (await page.evaluate("document.activeElement.id")) !== "try-write"; tabs++)
    await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid", "focus is to be seen");
  await page.keyboard.press("Enter");
  await written(page);
  const { songs } = await dataOf(page);
  assert.deepEqual(await captionsOf(page), shownOf(songs[0]?.captions));
  assert.deepEqual(
    said.filter((one) => !one.startsWith(`request: http://127.0.0.1:${port}/`)),
    [],
  );
  await close();
});

test("without weights the page says what makes them and shows the rest", async () => {
  const cache = path.join(home, "data/cache");
  for (const name of readdirSync(cache)) if (name.startsWith("run-")) renameSync(path.join(cache, name), path.join(home, name));
  const page = readFileSync(await writeReport(preset), "utf8");
  assert.match(page, /npx alcap train --preset smoke --seed 2022 --weights/);
  assert.match(page, /What this decides: nothing/);
  assert.match(page, /<audio /);
  assert.doesNotMatch(page, /try-form|<script/);
  assert.ok(!readdirSync(path.dirname(file)).includes("page"), "no model of another time lies beside it");
});
