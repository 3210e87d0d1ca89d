import { methodNames } from "../experiment/study/table";
import { methods } from "../paper";
import { attribute, embedded, type Html, paragraph, section, text } from "./html";
import type { Shown } from "./songs";
import { method } from "./songs-section";
import type { TryData } from "./try-data";

/** The form in which a song's words and music can be changed; its script captions them in the browser. */
export function trySection(data: TryData, megabytes: number, training: string): Html {
  const [first] = data.songs;
  if (!first) return section("try", "Try it", paragraph("The corpus has no test song."));
  const songs = data.songs.map(({ title, mood, lyricsMood }, at) => option(at, `${title} (${mood} music, ${lyricsMood} words)`));
  const musics = data.songs.map(({ title, mood }, at) => option(at, `of ${title} (${mood})`));
  const named = data.models.map((one) => one.method);
  const missing = methods.filter((one) => !named.includes(one));
  return section(
    "try",
    "Try it",
    paragraph(
      `The trained models, ${Math.round(megabytes)} MB, run in this page: nothing leaves it. Change a song's words, or play them over another song's music, ` +
        "and see which method's caption follows. BART is given no music. The models are small and know Songbook alone.",
    ),
    missing.length === 0
      ? ""
      : paragraph(
          `Not here, for lack of weights: ${missing.map((one) => methodNames[one]).join(", ")}. \`${training}\` makes them.`,
        ),
    "<noscript><p>This part needs JavaScript.</p></noscript>",
    '<form id="try-form" autocomplete="off">',
    `<div><label for="try-song">Song</label><select id="try-song">${songs.join("")}</select></div>`,
    `<div><label for="try-music">Music</label><select id="try-music"><option value="own">its own</option>${musics.join("")}<option value="silence">silence</option></select></div>`,
    `<div class="all"><audio id="try-audio" controls aria-label="The music" src="${first.audio}"></audio></div>`,
    `<div class="all"><label for="try-lyrics">Lyrics</label><textarea id="try-lyrics" spellcheck="false" maxlength="20000" aria-describedby="try-help">\n${plain(first.lyrics)}</textarea>`,
    `<p id="try-help" class="status">The first ${data.lyricsTokens} tokens count: about ${Math.round(data.lyricsTokens * 0.75)} words.</p></div>`,
    '<div class="all"><button type="submit" id="try-write">Write captions</button><button type="button" id="try-reset">Back to the song’s own</button></div>',
    "</form>",
    '<p id="try-status" class="status" role="status"></p>',
    `<dl class="captions" id="try-captions">${named.map((one) => `<div class="${one}" data-method="${one}"><dt>${method(one)}</dt><dd class="caption">${text(first.captions[one] ?? "")}</dd><dd class="note">As recorded.</dd></div>`).join("")}</dl>`,
    embedded("try-data", data),
  );
}

/** Text in elements that hold no others. */
const plain = attribute;

const option = (at: number, words: string) => `<option value="${at}">${plain(words)}</option>`;

/** The command that makes the weights of the runs that are shown. */
export const trainingOf = ({ facts: { preset }, runs }: Shown): string =>
  `npx alcap train --preset ${preset.name} --seed ${runs[0]?.name.seed ?? preset.seeds.at(-1)} --weights`;

/** In its place where no trained weights are on this machine. */
export const weightsMissing = (shown: Shown): Html =>
  section(
    "try",
    "Try it",
    paragraph(
      "Here the trained models would run in the page. Their weights are not on this machine, and records do not need them. This makes them, and then the page again:",
    ),
    `<pre tabindex="0"><code>${text(trainingOf(shown))}\n${text(`npx alcap report --preset ${shown.facts.preset.name}`)}</code></pre>`,
  );
