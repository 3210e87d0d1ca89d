/** What a score is in and which way is better. */
export interface Endpoint {
  /** The score's name in records. */
  readonly key: string;
  readonly label: string;
  /** Shares are shown in percent. */
  readonly unit: "share" | "nats";
  readonly better: "higher" | "lower";
}

/** The two endpoints by which the comparison is decided. */
export const primaryEndpoints = [
  { key: "nll", label: "NLL", unit: "nats", better: "lower" },
  { key: "mood", label: "mood", unit: "share", better: "higher" },
] as const satisfies readonly Endpoint[];

const share = (key: string, label: string): Endpoint => ({ key, label, unit: "share", better: "higher" });

/** Every other endpoint, corrected together: the paper's four measures, the same against fresh comments, mood words, the other facts. */
export const secondaryEndpoints: readonly Endpoint[] = [
  { key: "moodNll", label: "NLL of mood words", unit: "nats", better: "lower" },
  share("rouge1", "ROUGE-1"),
  share("rouge2", "ROUGE-2"),
  share("rougeL", "ROUGE-L"),
  share("meteor", "METEOR"),
  share("freshRouge1", "ROUGE-1, 20 references"),
  share("freshRouge2", "ROUGE-2, 20 references"),
  share("freshRougeL", "ROUGE-L, 20 references"),
  share("freshMeteor", "METEOR, 20 references"),
  share("theme", "theme"),
  share("instrument", "instrument"),
  share("detail", "detail"),
  share("pace", "pace"),
  share("mode", "mode"),
];

/** An endpoint by a score's name, of a group of songs (`nll.differs`) too; one that is not listed is a share. */
export function endpointOf(name: string): Endpoint {
  const [key = name] = name.split(".");
  const found = [...primaryEndpoints, ...secondaryEndpoints].find((one) => one.key === key);
  return found ?? { key, label: key, unit: "share", better: /Wrong$|Unnamed$/.test(key) ? "lower" : "higher" };
}
