/** Images of one theme. None of these lines says a mood or another theme; titles name no instrument either. */
export interface ThemeLines {
  readonly titles: readonly string[];
  /** For verses. */
  readonly lines: readonly string[];
  /** For the chorus. */
  readonly hooks: readonly string[];
  /** Figures of speech. */
  readonly figures: readonly string[];
}
