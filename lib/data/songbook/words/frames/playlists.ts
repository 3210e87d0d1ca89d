/**
 * Sentences of playlist reviews. Slots: `{adj}`, `{noun}` (the concept's mood); `{topic}` (its theme); `{style}` (its style).
 * `[this|that]` is one of the two. Topics can be plural ("school days"), so they are never the subject of a verb in the present.
 * Frames themselves say no theme, mood or instrument.
 */
export interface PlaylistFrames {
  /** For a concept with a mood and no theme. */
  readonly mood: readonly string[];
  /** For a concept with a theme and no mood. */
  readonly theme: readonly string[];
  /** For a concept with both. */
  readonly both: readonly string[];
  /** Added where the concept has a style. */
  readonly style: readonly string[];
  /** When, where and for whom; says nothing of the songs. */
  readonly closing: readonly string[];
}

export const playlistFrames: PlaylistFrames = {
  mood: [
    "Put this on when the day has been {adj} and you want it to stay that way.",
    "A list for {adj} evenings, in no particular order.",
    "Everything here sounds {adj} to my ears, from the first track to the last.",
    "Whenever I need a little {noun}, I come back to these.",
    "I collected these one by one because each of them is {adj}.",
    "Only {adj} tracks, nothing else got in.",
    "For the hours between midnight and morning, when there is nothing left but {noun}.",
    "These kept me company through [a whole|one long] [winter|summer|autumn] of {noun}.",
    "Headphones on, lights off, and let the {noun} take over.",
    "You do not need words to hear the {noun} in these.",
    "If {noun} had a soundtrack, this would be [it|mine].",
    "Some days are simply {adj}, and this is what they sound like.",
    "My most {adj} finds of the year, please be kind to them.",
    "Half an hour of {noun}, longer if you press repeat.",
    "Made on a [train|bus], for anyone who feels {adj} today.",
    "The melodies are {adj}, and so was the person who put them together.",
  ],
  theme: [
    "Songs about {topic}, gathered over [many|two|three|five] years.",
    "Everyone has a story about {topic}, and these are some of them.",
    "A list for people who keep thinking about {topic}.",
    "I started this list the week I understood something about {topic}.",
    "Different voices, different decades, one subject: {topic}.",
    "What they have in common is {topic}, whatever the tune.",
    "Listen to the words, they all come back to {topic}.",
    "So many ways of singing about {topic}.",
    "If you have {topic} on your mind tonight, start here.",
    "There are more songs about {topic} than I ever expected.",
    "Somebody asked me for music about {topic}, so here it is.",
    "From the bottom of my library: {topic}, told again and again.",
    "You will hear a lot about {topic} in here.",
    "I cannot leave the subject alone: {topic}.",
    "Stories of {topic}, some true, some surely made up.",
    "Not every track fits, but most of them touch on {topic}.",
  ],
  both: [
    "{adj} songs about {topic}, that is all.",
    "Songs about {topic} that leave you with a feeling of {noun}.",
    "I wanted to hear about {topic} in another light, so everything here is {adj}.",
    "I was looking for {noun} and kept finding songs about {topic}.",
    "For listeners who think {topic} should sound {adj}.",
    "The subject is {topic}, and the color of it is {adj}.",
    "All about {topic}, but make it {adj}.",
    "Some people sing about {topic} with {noun}, and those people are on this list.",
    "Put these in a row and they make {topic} sound {adj}.",
    "There is a {adj} side to {topic}, and this is where I keep it.",
    "The {adj} end of my collection, mostly about {topic}.",
    "A {adj} list about {topic}, made for someone who will know.",
    "Every voice in here knows about {topic}, and every melody is {adj}.",
    "When I think of {topic}, I hear something {adj}, roughly like this.",
    "It took me years to find so much {noun} in songs about {topic}.",
    "I came for {topic} in the words and stayed for {noun} in the sound.",
    "Not all of it is about {topic}, but all of it is {adj} enough.",
    "They sing of {topic}, and what stays behind is {noun}.",
  ],
  style: [
    "From the {style} shelf.",
    "All from the {style} corner of my library.",
    "Filed under {style}, more or less.",
    "You will find it next to the other {style} lists.",
  ],
  closing: [
    "Best after midnight.",
    "Best with the windows open.",
    "Take it with you on the train.",
    "No skips, I promise.",
    "Updated whenever I find another one.",
    "Suggestions are welcome in the comments.",
    "The order matters.",
    "Shuffle it if you like.",
    "Some of these saved a whole week for me.",
    "Do not ask me to choose one.",
    "I hope it finds whoever needs it.",
    "Made for rainy afternoons in [autumn|spring].",
    "Save it, you may need it later.",
    "The last one is the one I would keep.",
    "Thank you for listening all the way through.",
    "It was supposed to be short.",
    "Put together before I forget.",
    "The cover picture is from my window.",
    "Good for one more cup of [tea|coffee].",
    "I add one every [Sunday|Monday|Friday].",
  ],
};
