import type { Mood, Theme } from "./lexicon";
import { people } from "./verses-people";
import { world } from "./verses-world";

/** Concrete images of one theme. None of these lines says a mood. */
export interface ThemeLines {
  readonly titles: readonly string[];
  /** For verses. */
  readonly lines: readonly string[];
  /** For the chorus. */
  readonly hooks: readonly string[];
}

export const themeLines: Readonly<Record<Theme, ThemeLines>> = { ...people, ...world };

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
];

/** Lines that say the mood of the lyrics with one adjective or one verb. */
export const moodLines: readonly string[] = [
  "And I was {ing} on the stairs",
  "With a {adj} heart we carried on",
  "{ing} till the morning came",
  "The whole street felt so {adj}",
  "How {adj} we were that night",
  "You were {ing} at the window",
  "I keep {ing} when the lights go down",
  "{adj} eyes and open hands",
  "There we stood, {adj}, you and I",
  "Hear the people {ing} in the square",
  "And the air was {adj} and blue",
  "All I know is I am {ing}",
  "{adj} is the only word for me",
  "Somebody {ing} behind the door",
];

/** Lines of one mood only, each with one of its words. */
export const linesOfMood: Readonly<Record<Mood, readonly string[]>> = {
  joyful: [
    "We laughed until the bottles rang",
    "Dancing barefoot on the grass",
    "Smile at me and I will fly",
    "Let the bells ring, let us cheer",
    "Happy as a lark in spring",
  ],
  serene: [
    "Breathe in slow and let it be",
    "The quiet comes and sits with me",
    "Drifting like a feather down",
    "I rest my head upon the hour",
    "A calm came over every field",
  ],
  melancholy: [
    "I cried until the cup was full",
    "A lonely coat upon a hook",
    "The willow weeps and so do I",
    "It aches in places I forgot",
    "Sad as a dress that is never worn",
  ],
  defiant: [
    "I will roar before I kneel",
    "Unbroken, I get up again",
    "Shout it from the balcony",
    "I rage against the turning key",
    "Stubborn as a nail in oak",
  ],
  tense: [
    "I tremble when the floorboards creak",
    "Afraid to look behind the door",
    "My hands are shaking on the latch",
    "A nervous finger on the switch",
    "We shivered at the sound of steps",
  ],
  tender: [
    "I kiss the salt from off your cheek",
    "Whisper to me, stay a while",
    "A gentle thumb across my brow",
    "Cradle my head in both your hands",
    "Sweet as the plums on the window sill",
  ],
};

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
];
