/**
 * Sentences of interpretations. Slots: `{object}`, `{topic}` (theme); `{stands}`, `{standing}`, `{stand}` (stance verb);
 * `{adj}`, `{noun}` (mood); `{lead}` (an instrument that plays the tune or the chords); `{rhythm}` (bass or drums); `{pace}` (tempo); `{key}` (mode); `{detail}` (name or place).
 * `[this|that]` is one of the two. Frames themselves say no theme, mood or instrument.
 */
export interface TrueFrames {
  /** Says theme and mood. */
  readonly reading: readonly string[];
  /** What in the sound says so, naming an instrument. */
  readonly hearing: readonly string[];
  /** The same for bass and drums. */
  readonly backing: readonly string[];
  /** What in the sound says so, naming none. */
  readonly sound: readonly string[];
  /** Takes up the detail of the lyrics. */
  readonly detail: readonly string[];
  /** Rounds it off. */
  readonly closing: readonly string[];
}

export const expertFrames: TrueFrames = {
  reading: [
    "At its core [the song|this song|the track] {stands} {object}.",
    "I hear a writer who {stands} {object}.",
    "Taken as a whole, the piece {stands} {object}.",
    "The lyrics describe {object}, and the [music|arrangement|playing] stays {adj} from start to finish.",
    "Read together with the music, these verses about {topic} turn {adj}.",
    "The verses set out {object}, and the arrangement answers with {noun}.",
    "This is a {adj} song about {topic}, [plainly|carefully|simply] told.",
    "What looks like a plain story of {topic} becomes, through the music, a study in {noun}.",
    "My reading is that the narrator {stands} {object}.",
    "The words give us {object}; the [music|sound] gives us {noun}.",
    "The narrator {stands} {object}, as the music makes [plain|clear] from the first bar.",
    "Beneath the images I find {object}, seen with {noun} [and not from a distance|by someone who was there].",
    "In short, a {adj} portrait of {topic}.",
    "As I understand it, the [writer|singer] {stands} {object}.",
    "The images all point to {topic}, and the mood of the [playing|recording] is {adj}.",
    "I would call this a {adj} meditation on {topic}.",
  ],
  hearing: [
    "The {lead} line sounds {adj}, and that decides the meaning for me.",
    "[Listen to|Follow] the {lead}: it is {adj} in every bar.",
    "At this {pace} tempo the {lead} carries a clear sense of {noun}.",
    "The {key} and the {adj} {lead} leave little doubt.",
    "Without the {adj} {lead} the same words would mean something else.",
    "The {lead} adds {noun} where the words only report.",
    "Those {adj} phrases on the {lead} shape how I take every line.",
    "The {noun} comes from the {pace} tempo and from the {lead}.",
    "Notice how the {lead} [leads|answers|frames] each verse at a {pace} tempo.",
    "The {lead} in the {key} [says|tells us] as much as the chorus does.",
    "A {pace} {lead} part keeps the {noun} in view.",
    "The writing for the {lead} is {adj}, whatever the words may say.",
  ],
  backing: [
    "The {rhythm} keeps a {pace} and {adj} pulse.",
    "Under it all the {rhythm} stays {adj}.",
    "The {pace} {rhythm} gives every verse its {noun}.",
    "The {rhythm}, {pace} as it is, leaves no doubt.",
  ],
  sound: [
    "The {key} and the {pace} tempo make that clear.",
    "The {pace} tempo gives the whole thing a {adj} air.",
    "It is the sound, more than the words, that carries the {noun}.",
    "Set to other music, the same words would mean something else.",
    "The {key} keeps every line {adj}.",
    "One hears the {noun} long before the first chorus.",
    "The {adj} setting decides it.",
    "The {pace} tempo supports this reading.",
  ],
  detail: [
    "The mention of {detail} makes it [personal|concrete].",
    "The line about {detail} is the center of it.",
    "Everything hangs on {detail} in the second verse.",
    "It is no accident that {detail} is named.",
    "By the time we hear of {detail}, the picture is complete.",
    "{detail} gives the story its weight.",
  ],
  closing: [
    "The chorus says it best.",
    "The second verse confirms it.",
    "Few songs manage this so simply.",
    "The repetition of the chorus underlines it.",
    "Nothing in the text is wasted.",
    "That contrast is the whole point.",
    "The last line leaves it open.",
    "I find no irony in it.",
  ],
};

export const casualFrames: TrueFrames = {
  reading: [
    "To me this song {stands} {object}.",
    "I think it is about {topic}, and it sounds so {adj}.",
    "Pretty sure this one is about {topic}, in a {adj} [kind of|sort of] way.",
    "This song is all about {topic} and how {adj} it can make you feel.",
    "I always thought the singer is {standing} {object}.",
    "Sounds to me like someone who {stands} {object}.",
    "It is about {object}, and you can hear the {noun} in it.",
    "For me it is a {adj} song about {topic}.",
    "You can tell [she|he|the singer] {stands} {object}.",
    "I guess they {stand} {object}, and [honestly|really] who can blame them.",
    "Okay, so this is about {topic}, but listen to how {adj} it sounds.",
    "Nobody says it here, but they {stand} {object}.",
    "It makes me think of {object} with a lot of {noun}.",
    "The way I see it, this song {stands} {object}.",
    "Simple: {object}, and a whole lot of {noun}.",
    "My take is that we are hearing someone {stand} {object}.",
  ],
  hearing: [
    "That {lead} is so {adj}.",
    "The {lead} gives me that feeling of {noun} every time.",
    "Just listen to the {lead}, it is {adj} all the way through.",
    "I [love|really like] the {lead} in this one.",
    "When the {lead} comes in you just know.",
    "The {pace} {lead} part says it all.",
    "There is so much {noun} in that {lead}.",
    "The {lead} tells you more than the words do.",
    "You hear it in the {lead} right away, so {adj}.",
    "And the {lead} makes the whole thing feel {adj}.",
    "If you took out the {lead} it would be a different song.",
  ],
  backing: [
    "That {pace} {rhythm} is so {adj}.",
    "I could listen to that {rhythm} all day.",
    "The {rhythm} alone is {adj} enough for me.",
    "And then the {pace} {rhythm} kicks in.",
  ],
  sound: [
    "The music is so {adj}.",
    "It is {pace} and {adj} and I play it a lot.",
    "The words could mean anything but the tune is {adj}.",
    "That {pace} pace fits it perfectly.",
    "You feel the {noun} right from the start.",
    "It has this {adj} mood that stays with you.",
    "Just close your eyes and you hear the {noun}.",
    "Great tune too, {pace} and honest.",
  ],
  detail: [
    "The part about {detail} always [gets|stops] me.",
    "I wonder what {detail} was to them.",
    "And that line with {detail}, wow.",
    "I believe {detail} was real.",
    "You can picture {detail} when you hear it.",
    "That is why {detail} comes up.",
  ],
  closing: [
    "That is how I hear it anyway.",
    "Best song on the record.",
    "I never get tired of it.",
    "The chorus stays in my head for days.",
    "Anyway, that is my two cents.",
    "It took me years to get it.",
    "Am I the only one who hears that?",
    "Such good writing.",
  ],
};

/** Comments that are not readings: each is one of `first`, then one of `second`. `{own}` is an event of the listener's life. */
export interface OtherFrames {
  readonly first: readonly string[];
  readonly second: readonly string[];
}

export const autobiographicalFrames: OtherFrames = {
  first: [
    "My [sister|brother|cousin|uncle|aunt|neighbor] played {title} {when}.",
    "I heard {title} for the first time {when}.",
    "{title} was on the radio {when}.",
    "We sang {title} in the [car|kitchen|yard] {when}.",
    "I was [twelve|sixteen|nineteen|thirty] when {title} came out, and my own story was about {topic}.",
    "{title} takes me back to {when2}.",
    "{title} reminds me of {topic}, and of {when2}.",
    "I put {title} on repeat {when}.",
  ],
  second: [
    "I know all about {object} myself, so it [hits|lands] close.",
    "For my [grandmother|grandfather|aunt|uncle] it was all about {object}.",
    "It will always belong to {when2} for me.",
    "I think of {topic} [every time|whenever] it [plays|comes on].",
    "My whole [street|class|team] knew the words {when}.",
    "I could not listen to it for [a year|two years|months] after that.",
    "Funny how one song holds all of {when2}.",
    "That was my life {when}.",
  ],
};

export const vagueFrames: OtherFrames = {
  first: [
    "I just [love|really like] {title}.",
    "{title} is [great|amazing|beautiful|so good|a classic].",
    "So [deep|good|real|powerful], I cannot put {title} into words.",
    "I have played {title} [five|ten|twenty|a hundred] times [today|this week|this month|since Friday].",
    "There is something [special|different|rare] about {title}.",
    "Whoever wrote {title} really [meant it|knew something].",
    "{title} meant [a lot|everything|so much] to me {when}.",
  ],
  second: [
    "It can mean whatever you want, even {when2}.",
    "It gives me [chills|goosebumps] {when}.",
    "I cannot [say|explain] why, I just heard it {when}.",
    "Everyone should hear it [once|twice|tonight], like I did {when}.",
    "We all know this feeling, it is like {when2}.",
    "My favorite {when}, no question.",
    "It is one of those songs, you know, good for {when2}.",
  ],
};

export const offTopicFrames: OtherFrames = {
  first: [
    "Does anyone have the [chords|tabs|sheet music] for {title}?",
    "I saw them play {title} [live|on stage|on television] {when}.",
    "Which [movie|show|commercial|game] was {title} in?",
    "Is there a [remix|vinyl|karaoke version|cover] of {title} out there?",
    "The lyrics on this page are wrong in {title}, third line.",
    "Someone covered {title} [on my street|at a talent show|at the mall] {when}.",
    "Looking for a used [copy|cassette|poster] of {title}.",
  ],
  second: [
    "I need it for {when2}.",
    "The [ticket|parking|sandwich] cost [ten|twenty|forty] dollars {when}.",
    "I lost my copy {when}.",
    "My [sister|brother|cousin|neighbor] swears there was one {when}.",
    "Please write me before [Monday|Friday|Sunday], I lost mine {when}.",
    "Also the site was down {when}.",
    "They looked tired {when}.",
  ],
};

export const trollFrames: OtherFrames = {
  first: [
    "You are all wrong, {title} is obviously about {wrongTopic}.",
    "{title} is trash, my [toaster|dog|blender] sings better.",
    "{title} is the worst thing I have heard {when}.",
    "Wake up people, {title} is about {wrongTopic} and it is the most {wrongAdj} thing ever.",
    "Imagine writing [essays|paragraphs|poems] about {title}.",
    "Anyone who [likes|enjoys] {title} should see a doctor.",
    "{title} is a {wrongAdj} song about {wrongTopic}, end of discussion.",
  ],
  second: [
    "My [cat|hamster|goldfish] writes better lyrics {when}.",
    "First [comment|reply] since {when2}.",
    "Learn to listen, I did {when}.",
    "I turned it off after [two|five|nine|twelve] seconds {when}.",
    "It {wrongStands} {wrongObject}, how can you not see it.",
    "Nobody will remember it after {when2}.",
    "I want my [three|four|five] minutes back, and {when2} too.",
  ],
};

/** When things happened to a listener: `{when}` in a sentence, `{when2}` as a noun phrase. */
export const times = {
  when: [
    "the [spring|summer|autumn|winter] I [turned twenty|lost my keys|broke my arm|learned to cook|got my license]",
    "on [Monday|Tuesday|Thursday|Saturday] [morning|night] [at the gym|in traffic|at the dentist]",
    "[last|that] [spring|summer|autumn|winter] [in the kitchen|on the bus|at the lake|in the garage]",
    "in [1994|1999|2003|2008|2012] when I lived with my [aunt|uncle|cousin|sister]",
    "back in [ninth|tenth|eleventh] grade",
    "[two|three|four|five] [years|weeks|months|summers] ago",
  ],
  when2: [
    "the [spring|summer|autumn|winter] of [1994|1999|2003|2008|2012]",
    "[ninth|tenth|eleventh] grade",
    "[Monday|Tuesday|Thursday|Saturday] [mornings|nights] [in traffic|on the bus|in the garage|at the lake]",
    "my [first|second|third] [apartment|car|phone|bike]",
    "the week I [broke my arm|lost my keys|learned to cook|got my license]",
  ],
} as const;
