// How a command declares itself; commander reads the words and writes the help, a new parser for each call.
import { Argument, CommanderError, Option as Flag, Command as Parser } from "commander";
import { longName, type Options, usage, type Values } from "./options";

/** A command, or a group of them. */
export interface Command {
  /** Runs with the words after its name and gives the exit code. Throws `AlcapError` "usage" where the words make no sense. */
  run(args: readonly string[]): Promise<number>;
  /** Reads the words as `run` does and leaves it at that: files that they name need not be there. */
  parse(args: readonly string[]): Promise<unknown>;
}

type None = Record<never, never>;

interface Declaration<A extends Options, O extends Options> {
  /** All words that call it. */
  readonly name: string;
  readonly about: string;
  readonly arguments?: A;
  /** By their names in camel case. */
  readonly options?: O;
  readonly action: (given: Values<A> & Values<O>) => Promise<number>;
}

/** Makes a command of what it declares. */
export function command<A extends Options = None, O extends Options = None>(declared: Declaration<A, O>): Command {
  const { name } = declared;
  const positional: Options = declared.arguments ?? {};
  const options: Options = declared.options ?? {};
  const parse = (args: readonly string[]) => {
    const parser = parserOf(name, declared.about).usage(usageOf(positional, options));
    for (const { place = "", about, required, many } of Object.values(positional)) {
      const shown = `${place}${many ? "..." : ""}`;
      parser.addArgument(new Argument(required ? `<${shown}>` : `[${shown}]`, about));
    }
    for (const [key, option] of Object.entries(options)) parser.addOption(flagOf(key, option));
    if (!understands(parser, args)) return undefined;
    return [...argumentTexts(parser, positional), ...optionTexts(parser, options)];
  };
  const valuesOf = (given: readonly Given[]) => {
    const values = Object.fromEntries(given.map(({ key, name: called, texts, option }) => [key, option.read(texts, called)]));
    for (const one of given) if (one.texts.length > 0) mustMean(one, values, name);
    return values as Values<A> & Values<O>;
  };
  return {
    run: async (args) => {
      const given = parse(args);
      if (given === undefined) return 0;
      const values = valuesOf(given);
      for (const { texts, option } of given) for (const text of texts) option.check?.(text);
      return declared.action(values);
    },
    parse: async (args) => valuesOf(parse(args) ?? []),
  };
}

/** An option or argument with the texts that were given for it; `name` is what errors call it. */
interface Given {
  readonly key: string;
  readonly name: string;
  readonly option: Options[string];
  readonly texts: readonly string[];
}

const parserOf = (name: string, about: string) =>
  new Parser(`alcap ${name}`.trim())
    .description(about)
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(/[<>]/g, "") })
    .exitOverride()
    .configureOutput({ writeOut: (help) => console.log(help.trimEnd()), writeErr: () => {} });

function usageOf(positional: Options, options: Options): string {
  const places = Object.values(positional).map(({ place, many, required }) => {
    const shown = `${place}${many ? "..." : ""}`;
    return required ? shown : `[${shown}]`;
  });
  const needed = Object.entries(options).filter(([, { required }]) => required);
  return [...places, ...needed.map(([key, { place }]) => `${longName(key)} ${place}`), "[options]"].join(" ");
}

function flagOf(key: string, { place, about, many, negative, beside }: Options[string]): Flag {
  const long = negative ? longName(key).replace("--", "--no-") : longName(key);
  const flag = new Flag(place === undefined ? long : `${long} <${place}>`, many ? `${about}; may be repeated` : about);
  if (place !== undefined)
    flag.argParser<readonly string[] | undefined>((text, before = []) => {
      if (text.startsWith("--")) throw usage(`${long} ${place} lacks its value.`, `"${text}" is an option.`);
      return [...before, text];
    });
  if (beside) flag.helpGroup(`With ${longName(beside.option)}${beside.values ? ` ${beside.values.join("|")}` : ""}:`);
  return flag;
}

function argumentTexts({ args }: Parser, positional: Options): Given[] {
  return Object.entries(positional).map(([key, option], at) => ({
    key,
    name: option.place ?? key,
    option,
    texts: option.many ? args.slice(at) : args.slice(at, at + 1),
  }));
}

function optionTexts(parser: Parser, options: Options): Given[] {
  return Object.entries(options).map(([key, option]) => {
    const value: unknown = parser.getOptionValueSource(key) === "cli" ? parser.getOptionValue(key) : [];
    return { key, name: longName(key), option, texts: Array.isArray(value) ? value.map(String) : [""] };
  });
}

function mustMean({ name, option: { beside } }: Given, values: Readonly<Record<string, unknown>>, command: string): void {
  if (!beside) return;
  const other = values[beside.option];
  if (beside.values ? beside.values.includes(String(other)) : other) return;
  const without = beside.values ? `for ${longName(beside.option)} ${other}` : `without ${longName(beside.option)}`;
  throw usage(`${name} means nothing ${without}.`, `Run \`alcap ${command} --help\`.`);
}

/** Reads the words. False where they asked for help, which is then printed. */
function understands(parser: Parser, args: readonly string[]): boolean {
  try {
    parser.parse(args, { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return false;
    throw inHouseVoice(error, parser.name());
  }
}

/** What commander finds wrong, as one line. */
function inHouseVoice({ code, message }: CommanderError, name: string) {
  const subject = (/'(.*)'/s.exec(message)?.[1] ?? "").replace(/[<>]/g, "").replace(/\s+/g, " ");
  const problems: Readonly<Record<string, string>> = {
    "commander.unknownCommand": `There is no command "${subject}".`,
    "commander.unknownOption": `There is no option "${subject}".`,
    "commander.missingArgument": `${subject} is missing.`,
    "commander.optionMissingArgument": `${subject} lacks its value.`,
    "commander.excessArguments": "There are too many arguments.",
  };
  const similar = /\((Did you mean .*)\)$/s.exec(message)?.[1];
  return usage(problems[code] ?? `${message.replace("error: ", "")}.`, [similar, `Run \`${name} --help\`.`].join(" ").trim());
}

interface Entry {
  /** One line for the list. */
  readonly about: string;
  /** Under which it stands in the list. */
  readonly heading?: string;
  readonly load: () => Promise<Command>;
}

/** Commands under one name; only the chosen one is loaded. */
export interface Group extends Command {
  readonly names: readonly string[];
}

export function group(name: string, about: string, commands: Readonly<Record<string, Entry>>): Group {
  const names = Object.keys(commands);
  const chosen = async (args: readonly string[]) => {
    const [word, ...rest] = args[0] === "help" ? [...args.slice(1), "--help"] : args;
    const entry = word !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined;
    if (entry) return { command: await entry.load(), rest };
    if (word === undefined) throw usage("A command is missing.", `Choose one of ${names.join(", ")}.`);
    const parser = parserOf(name, about).usage("COMMAND [options]");
    for (const [one, { about: summary, heading = "Commands:" }] of Object.entries(commands))
      parser.addCommand(new Parser(one).description(summary).helpGroup(heading));
    understands(parser, [word, ...rest]);
    return undefined;
  };
  return {
    names,
    run: async (args) => {
      const found = await chosen(args);
      return found ? found.command.run(found.rest) : 0;
    },
    parse: async (args) => {
      const found = await chosen(args);
      return found?.command.parse(found.rest);
    },
  };
}
