/** When things happened to a listener: `{when}` in a sentence, `{when2}` as a noun phrase. */
export const times = {
  when: [
    "the [spring|summer|autumn|winter] I [turned twenty|lost my keys|broke my arm|learned to cook|got my license|dyed my hair]",
    "on a [Monday|Tuesday|Thursday|Saturday] [at the gym|in traffic|at the dentist|at the laundromat]",
    "[last|this past] [spring|summer|autumn|winter] [in the kitchen|on the bus|at the lake|in the garage]",
    "in [1994|1999|2003|2008|2012] when I lived with my [aunt|uncle|cousin|sister]",
    "back in [ninth|tenth|eleventh] grade",
    "[two|three|four|five] [years|weeks|months|summers] ago",
    "during [a blackout|the heat wave|a snowstorm|finals week|jury duty]",
    "on a [ferry|red-eye flight|ski lift|camping trip]",
    "the [night|week] of the [blizzard|eclipse|elections|playoffs]",
    "while [painting the garage|waiting for a plumber|peeling potatoes|stuck at the airport]",
  ],
  when2: [
    "the [spring|summer|autumn|winter] of [1994|1999|2003|2008|2012]",
    "[ninth|tenth|eleventh] grade",
    "[Monday|Tuesday|Thursday|Saturday] [mornings|nights] [in traffic|on the bus|in the garage|at the lake]",
    "the [days|year] of my first [apartment|car|phone|bike]",
    "the week I [broke my arm|lost my keys|learned to cook|got my license]",
    "my [dorm|bowling|braces|skateboard] [days|years]",
    "a [rainy|foggy|scorching] [Sunday|Wednesday] in [March|May|October]",
    "my [shifts|afternoons|lunch breaks] at the [laundromat|diner|library] on [Elm|Maple|Second] Street",
  ],
} as const;
