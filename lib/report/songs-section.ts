import { methodNames } from "../experiment/study/table";
import { factNames, factScores } from "../metric";
import { attribute, type Html, paragraph, section, table, text } from "./html";
import type { Shown, ShownSong } from "./songs";

/** The case-study songs: sound, what is true of them, and what a listener and the methods wrote. */
export function songsSection(shown: Shown): Html {
  const { songs, cases } = shown;
  return section(
    "songs",
    "Songs whose words and music disagree",
    paragraph(
      "Songbook is generated, so what is true of each song is known. The first song is the first of the test split whose lyrics' mood is not its " +
        "music's; the others are the first such songs whose ALCAP caption does not name the music's mood. Chosen by that rule, as in notebook 07.",
    ),
    ...songs.slice(0, cases).map((one) => songArticle(shown, one)),
  );
}

function songArticle({ runs }: Shown, { song, reference, audio }: ShownSong): Html {
  const { truth } = song;
  const id = attribute(`song-${song.id}`);
  const facts = [
    ["Theme of the lyrics", truth.theme],
    ["Mood of the music", truth.mood],
    ["Mood words of the lyrics", truth.lyricsMood],
    ["Instruments", truth.instruments.join(", ")],
    ["Tempo", `${Math.round(truth.tempo)} beats a minute`],
    ["Mode", truth.mode],
    ["Detail", truth.detail.text],
  ] as const;
  const rows = runs.map(({ name, captions }) => {
    const caption = captions.get(song.id)?.caption ?? "";
    return [{ html: method(name.method) }, judged(caption, song)];
  });
  return [
    `<article aria-labelledby="${id}">`,
    `<h3 id="${id}">${text(song.title)}</h3>`,
    player(audio, `${song.title}, 10 s`),
    `<dl class="facts">${facts.map(([what, is]) => `<div><dt>${text(what)}</dt><dd>${text(is)}</dd></div>`).join("")}</dl>`,
    table(
      `What was written of ${song.title}`,
      ["who", "caption, and which facts it names"],
      [["listener", judged(reference, song)], ...rows],
    ),
    `<details><summary>Lyrics</summary><p class="lyrics">${text(song.lyrics)}</p></details>`,
    "</article>",
  ].join("\n");
}

/** A method's name with its colour, the same as in every figure. */
export const method = (name: keyof typeof methodNames): Html => `<span class="method ${name}">${text(methodNames[name])}</span>`;

export const player = (audio: string, label: string): Html =>
  `<audio controls preload="metadata" aria-label="${attribute(label)}" src="${audio}"></audio>`;

/** A text with the facts that it names. */
const judged = (written: string, song: ShownSong["song"]) => ({
  html: `${text(written)} <small class="named">${text(marks(written, song))}</small>`,
});

/** Which facts a text names rightly and which wrongly. */
function marks(written: string, { truth }: ShownSong["song"]) {
  const scores = factScores(written, truth);
  const named = (suffix: "" | "Wrong") => factNames.filter((fact) => scores[`${fact}${suffix}`] === 1);
  const [right, wrong] = [named(""), named("Wrong")];
  const said = [right.length > 0 && `right: ${right.join(", ")}`, wrong.length > 0 && `wrong: ${wrong.join(", ")}`];
  return said.filter(Boolean).join("; ") || "no fact is named";
}
