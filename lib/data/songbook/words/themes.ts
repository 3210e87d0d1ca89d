/** The words that say a theme. No key belongs to two themes or to a mood. */
export interface ThemeWords {
  /** Words and phrases that name the theme, wherever they stand; single words also count in the plural. */
  readonly keys: readonly string[];
  /** Noun phrases that take a stance verb: `mourns` + `a war nobody wanted`. Each holds a key. */
  readonly objects: readonly string[];
  /** What a song can be "about". Each holds a key. */
  readonly topics: readonly string[];
}

export const themes = {
  leaving: {
    keys: [
      "leaving home",
      "leave home",
      "leaves home",
      "left home",
      "goodbye",
      "farewell",
      "departure",
      "moving away",
      "move away",
    ],
    objects: [
      "a farewell to the family house",
      "the long goodbye at the station",
      "a departure with no way back",
      "the goodbye that starts a new life",
    ],
    topics: [
      "leaving home",
      "moving away from everything familiar",
      "saying goodbye to the old house",
      "packing up and leaving home",
    ],
  },
  war: {
    keys: ["war", "wartime", "soldier", "battlefield", "army", "armies"],
    objects: ["a war nobody wanted", "the war that took the young men", "the orders a soldier is given", "the march of an army"],
    topics: ["war", "life on the battlefield", "soldiers far from their beds", "a war without winners"],
  },
  marriage: {
    keys: ["marriage", "married", "wedding", "husband", "wife", "wives"],
    objects: [
      "a marriage that lasted",
      "forty years of marriage",
      "the wedding day and all the years after",
      "the promise between husband and wife",
    ],
    topics: ["a long marriage", "staying married", "husband and wife", "a wedding and what followed"],
  },
  breakup: {
    keys: ["breakup", "break up", "breaking up", "broke up", "splitting up", "split up", "romance", "separation", "ex"],
    objects: ["a breakup nobody saw coming", "the end of a romance", "the separation of two lovers", "a romance that ran out"],
    topics: ["a breakup", "splitting up", "a romance that is over", "the last week before a separation"],
  },
  childhood: {
    keys: ["childhood", "boyhood", "girlhood", "growing up", "grow up", "grew up", "kid", "school days", "schooldays"],
    objects: [
      "the long summers of childhood",
      "the games every kid once played",
      "those distant school days",
      "the small world of childhood",
    ],
    topics: ["childhood", "growing up", "being a kid", "school days"],
  },
  work: {
    keys: ["factory", "factories", "night shift", "hard work", "job", "worker", "labor", "wages"],
    objects: ["a factory job", "the night shift", "a lifetime of hard work", "the job that fills every day"],
    topics: ["hard work", "working the night shift", "life at the factory", "a worker and the daily routine"],
  },
  sea: {
    keys: ["sea", "ocean", "sailor", "sailing", "voyage"],
    objects: ["the pull of the sea", "a sailor's life", "a voyage across the ocean", "the wide and empty ocean"],
    topics: ["life at sea", "the ocean", "a sailor far from shore", "sailing away"],
  },
  road: {
    keys: ["road", "highway", "driving", "roadside"],
    objects: ["the open road", "a highway with no end", "the next mile of highway", "a life on the road"],
    topics: ["driving all night", "life on the road", "the open highway", "a long road trip"],
  },
  faith: {
    keys: ["faith", "prayer", "church", "god", "religion", "religious", "believer"],
    objects: [
      "a faith handed down for generations",
      "the prayer of an ordinary person",
      "the old church and its promise",
      "faith in something greater",
    ],
    topics: ["faith", "religion", "prayer", "believing in God"],
  },
  friendship: {
    keys: ["friend", "friendship", "companion"],
    objects: [
      "an old friendship",
      "a friend who always stayed",
      "the bond between old friends",
      "a friendship that changed over time",
    ],
    topics: ["friendship", "two old friends", "an unlikely friendship", "what friends owe each other"],
  },
  city: {
    keys: ["city", "cities", "downtown"],
    objects: ["the big city", "the city after dark", "a city that never sleeps", "the crowded streets downtown"],
    topics: ["city life", "nights in the city", "the big city", "downtown after midnight"],
  },
  money: {
    keys: ["money", "wealth", "rich", "riches", "fortune", "greed"],
    objects: ["the power of money", "a fortune made overnight", "the promise of wealth", "a rich man's empire"],
    topics: ["money", "getting rich", "wealth", "greed and what it buys"],
  },
  fame: {
    keys: ["fame", "famous", "stardom", "celebrity", "celebrities", "spotlight"],
    objects: ["the price of fame", "a sudden rise to fame", "the life of a celebrity", "the spotlight and the crowd"],
    topics: ["fame", "becoming famous", "stardom", "life in the spotlight"],
  },
  age: {
    keys: ["old age", "growing old", "grow old", "grew old", "getting older", "aging", "wrinkles"],
    objects: ["old age", "the slow business of growing old", "another year of getting older", "the arrival of old age"],
    topics: ["growing old", "getting older", "old age", "aging"],
  },
  parenthood: {
    keys: ["parent", "parenthood", "newborn", "baby", "babies", "daughter", "son", "raising a child", "motherhood", "fatherhood"],
    objects: ["a newborn in the house", "the arrival of a first baby", "the duty of a parent", "the first steps of a daughter"],
    topics: ["parenthood", "becoming a parent", "raising a child", "a newborn baby"],
  },
  farm: {
    keys: ["farm", "farmer", "farming", "harvest"],
    objects: ["the family farm", "a harvest after the rain", "a farmer's long year", "a life of farming"],
    topics: ["life on the farm", "farming", "the harvest", "a farmer and the land"],
  },
} as const satisfies Record<string, ThemeWords>;
