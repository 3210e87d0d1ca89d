import type { Theme } from "../lexicon";
import { family } from "./family";
import { land } from "./land";
import { people } from "./people";
import type { ThemeLines } from "./theme-lines";
import { world } from "./world";

export const themeLines: Readonly<Record<Theme, ThemeLines>> = { ...family, ...people, ...world, ...land };

/** Lines that fit any theme and say neither theme nor mood. */
export const sharedLines: readonly string[] = [
  "And the [rain|wind|dust] came down on [Monday|Sunday|Friday]",
  "I remember how the evening smelled",
  "The radio was on in the kitchen",
  "Nobody asked and nobody knew",
  "It was [late|early] in [April|August|November]",
  "The [moon|sun] hung over the [river|hill|rooftops]",
  "We had ten more minutes and a match",
  "There was [thunder|music|a light] beyond the trees",
  "I tell it the way I saw it",
  "You can hear it in the walls",
  "Somewhere a clock was striking [two|seven|ten]",
  "And the leaves blew in beneath the door",
  "What do you say to a day like that",
  "I kept it folded in my pocket",
  "The kettle clicked and no one spoke",
  "A stray dog looked and then moved on",
  "My watch had stopped at [ten|three|noon]",
  "Pass me the matches, pass me the salt",
  "The wallpaper had [roses|herons|ivy] on it",
  "I would tell you if I knew",
  "There was chalk dust in the air",
  "Turn the page and turn it back",
];

/** Figures of speech that fit any theme and any mood. */
export const sharedFigures: readonly string[] = [
  "My heart is a house with the lights left on",
  "The moon is a button come loose on a coat",
  "Time is a thief with very clean hands",
  "The night is a coat with a hole in the lining",
  "Words are stones and I throw them in",
  "Yesterday is a room without a door",
  "My mind is a drawer that will not close",
  "The wind is a broom in the alley",
  "The truth is a splinter under the nail",
  "Hope is a bird in a paper bag",
  "My voice is a rope let down a well",
  "The stars are nails in a great dark door",
  "Silence is a snow that stays",
  "The morning is an envelope, unopened",
  "Memory is a cat that comes when it wants",
  "My shadow is a dog on a long leash",
  "A promise is a plank across a creek",
  "The sky is a plate somebody cracked",
];

/** Lines that name a person. */
export const nameLines: readonly string[] = [
  "{detail} called my name from the window",
  "Oh {detail}, do you remember",
  "I told it all to {detail} on the stairs",
  "{detail} wrote it down in pencil",
  "Tell {detail} what I told you",
  "{detail} was there and saw it too",
  "I think of {detail} when it rains",
  "And {detail} laid a hand on my arm",
  "I lost a bet to {detail} once",
  "{detail} has the other half of this song",
  "They say that {detail} hums it still",
  "{detail}, you were a lantern to me",
];

/** Lines that name a place. */
export const placeLines: readonly string[] = [
  "Back in {detail} the lamps were lit",
  "It all began in {detail}",
  "The painted sign said {detail}",
  "I left a part of me in {detail}",
  "They still talk of it in {detail}",
  "Snow was falling over {detail}",
  "You can ask anyone in {detail}",
  "All the way down to {detail}",
  "The postmark on the card said {detail}",
  "There is a bench in {detail} with our names",
  "{detail} is a word I wear like a ring",
  "The clouds were parked above {detail}",
];

/** Titles made around a theme's own words and the detail. */
export const titleFrames: readonly string[] = [
  "{title}",
  "{title}",
  "{title} in the Rain",
  "{title} for {detail}",
  "{title} ({detail})",
  "{title} ([Reprise|Demo|Live])",
  "{title} [Blues|Song|Ballad|Tune]",
  "{title}, [Part Two|Again]",
  "{title} at [Dawn|Noon|Midnight]",
];
