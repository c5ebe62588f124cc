/**
 * A word-level tokenizer: the text is split at whitespace and every word is one token.
 *
 * It is the `WordLevel` model with the `WhitespaceSplit` pre-tokenizer of Hugging Face's tokenizers library, and reads
 * and writes that library's `tokenizer.json`, so a checkpoint opens in transformers and vLLM. There is no unknown
 * token: a word outside the vocabulary is an error, here and there.
 */

import { z } from "zod";
import { MullError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

const MAX_WORDS = 1_000_000;
const MAX_WORD_CHARS = 256;

export type WordLevelOptions = {
  /** Every word, in the order of its id. */
  readonly words: readonly string[];
  /** The word that opens every sequence. */
  readonly bos: string;
  /** The word that fills up a batch. */
  readonly pad: string;
  /** The words that end a completion. They are ordinary words, so that they stay in the decoded text. */
  readonly eos: readonly string[];
};

export type TokenizerJson = {
  readonly version: "1.0";
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly object[];
  readonly normalizer: null;
  readonly pre_tokenizer: { readonly type: "WhitespaceSplit" };
  readonly post_processor: object;
  readonly decoder: null;
  readonly model: {
    readonly type: "WordLevel";
    readonly vocab: Readonly<Record<string, number>>;
    readonly unk_token: string;
  };
};

/**
 * @example
 * const tokenizer = new WordLevelTokenizer({ words: ["<pad>", "<bos>", "one", "end"], bos: "<bos>", pad: "<pad>", eos: ["end"] });
 * tokenizer.encode("one end"); // [2, 3]
 * tokenizer.decode([2, 3]); // "one end"
 */
export class WordLevelTokenizer {
  readonly words: readonly string[];
  /** Id of the word that opens every sequence. `encode` does not add it: a continuation has none. */
  readonly bos: number;
  readonly pad: number;
  /** Ids that end a completion. */
  readonly eosIds: readonly number[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(options: WordLevelOptions) {
    const { words } = options;
    if (words.length > MAX_WORDS) throw malformed(`${words.length} words, expected at most ${MAX_WORDS}`);
    const ids = new Map<string, number>();
    for (const [id, word] of words.entries()) {
      if (!/^\S+$/.test(word) || word.length > MAX_WORD_CHARS) {
        throw malformed(`word ${id} is ${quote(word)}, expected 1 to ${MAX_WORD_CHARS} characters without whitespace`);
      }
      if (ids.has(word)) throw malformed(`the word ${quote(word)} has two ids, ${ids.get(word)} and ${id}`);
      ids.set(word, id);
    }
    const idOf = (word: string, role: string): number => {
      const id = ids.get(word);
      if (id === undefined) throw malformed(`the ${role} word ${quote(word)} is not in the vocabulary`);
      return id;
    };
    this.words = words.slice();
    this.#ids = ids;
    this.bos = idOf(options.bos, "bos");
    this.pad = idOf(options.pad, "pad");
    this.eosIds = options.eos.map((word) => idOf(word, "eos"));
  }

  get vocabSize(): number {
    return this.words.length;
  }

  /**
   * Ids of the words of `text`, without `<bos>`.
   * @throws MullError `input`, naming the word and its position, counted from 1.
   */
  encode(text: string): number[] {
    if (text.length > LIMITS.completionChars) {
      throw new MullError(
        "input",
        `the text has ${text.length} characters, expected at most ${LIMITS.completionChars}`,
      );
    }
    const ids: number[] = [];
    for (const word of text.split(/\s+/)) {
      if (word === "") continue; // before leading and after trailing whitespace
      const id = this.#ids.get(word);
      if (id === undefined) {
        throw new MullError(
          "input",
          `word ${ids.length + 1} is ${quote(word)}, which is not one of the model's ${this.vocabSize} words`,
          {
            hint: "write words of the vocabulary, separated by spaces",
          },
        );
      }
      ids.push(id);
    }
    return ids;
  }

  /** The id of one word, or undefined. */
  id(word: string): number | undefined {
    return this.#ids.get(word);
  }

  /**
   * The words of `ids`, one space between them; `encode` gives the same ids back.
   * @throws MullError `input` for an id outside the vocabulary.
   */
  decode(ids: Iterable<number>): string {
    const words: string[] = [];
    for (const id of ids) {
      const word = this.words[id];
      if (word === undefined) {
        throw new MullError("input", `token ${words.length + 1} has id ${id}, expected 0 to ${this.vocabSize - 1}`);
      }
      words.push(word);
    }
    return words.join(" ");
  }

  /** Hugging Face's `tokenizer.json`; its post-processor opens every sequence with `<bos>`. */
  toTokenizerJson(): TokenizerJson {
    const bos = this.words[this.bos] as string;
    const special = (id: number): object => ({
      id,
      content: this.words[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    });
    const open = { SpecialToken: { id: bos, type_id: 0 } };
    const a = { Sequence: { id: "A", type_id: 0 } };
    return {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [this.pad, this.bos].sort((x, y) => x - y).map(special),
      normalizer: null,
      pre_tokenizer: { type: "WhitespaceSplit" },
      post_processor: {
        type: "TemplateProcessing",
        single: [open, a],
        pair: [open, a, { Sequence: { id: "B", type_id: 1 } }],
        special_tokens: { [bos]: { id: bos, ids: [this.bos], tokens: [bos] } },
      },
      decoder: null,
      // The library wants a name here; no such word exists, so an unknown word is an error there too.
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(this.words.map((word, id) => [word, id])),
        unk_token: "<unk>",
      },
    };
  }

  /**
   * `tokenizer_config.json`, with a chat template that passes the messages through. Servers do not add `<bos>` to a
   * chat, so the template does. No `eos_token` is named: libraries would make it a special token and drop it from the
   * text; the ids that end a completion belong to `generation_config.json`.
   */
  toTokenizerConfig(maxTokens: number): Record<string, unknown> {
    return {
      tokenizer_class: "PreTrainedTokenizerFast",
      bos_token: this.words[this.bos],
      pad_token: this.words[this.pad],
      model_max_length: maxTokens,
      clean_up_tokenization_spaces: false,
      chat_template: "{{ bos_token }} {% for message in messages %}{{ message['content'] }} {% endfor %}",
    };
  }

  /**
   * Reads `tokenizer.json`, which does not say what ends a completion: `eosIds` come from `generation_config.json`.
   * @throws MullError `checkpoint` where it is malformed or of another kind than `toTokenizerJson` writes.
   */
  static fromTokenizerJson(json: unknown, options: { readonly eosIds: readonly number[] }): WordLevelTokenizer {
    const parsed = TOKENIZER_JSON.safeParse(json);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw malformed(`at ${issue?.path.join(".") || "the top"}: ${issue?.message ?? "not valid"}`);
    }
    const { model, post_processor, added_tokens } = parsed.data;
    const words: string[] = [];
    for (const [word, id] of Object.entries(model.vocab)) {
      if (words[id] !== undefined) throw malformed(`the words ${quote(words[id])} and ${quote(word)} share id ${id}`);
      words[id] = word;
    }
    for (let id = 0; id < words.length; id++) if (words[id] === undefined) throw malformed(`no word has id ${id}`);
    const bos = post_processor.single[0].SpecialToken.id;
    const pad = added_tokens.find((token) => token.special && token.content !== bos)?.content;
    if (pad === undefined) throw malformed("added_tokens names no padding token");
    const eos = options.eosIds.map((id) => {
      const word = words[id];
      if (word === undefined) throw malformed(`the end id ${id} has no word, expected 0 to ${words.length - 1}`);
      return word;
    });
    return new WordLevelTokenizer({ words, bos, pad, eos });
  }
}

const TOKENIZER_JSON = z.object({
  pre_tokenizer: z.object({ type: z.literal("WhitespaceSplit") }),
  normalizer: z.null(),
  post_processor: z.object({
    type: z.literal("TemplateProcessing"),
    single: z.tuple([
      z.object({ SpecialToken: z.object({ id: z.string().max(MAX_WORD_CHARS) }) }),
      z.object({ Sequence: z.object({ id: z.literal("A") }) }),
    ]),
  }),
  added_tokens: z.array(z.object({ content: z.string().max(MAX_WORD_CHARS), special: z.boolean() })).max(1000),
  model: z.object({
    type: z.literal("WordLevel"),
    vocab: z.record(
      z.string(),
      z
        .int()
        .min(0)
        .max(MAX_WORDS - 1),
    ),
  }),
});

function malformed(what: string): MullError {
  return new MullError("checkpoint", `tokenizer: ${what}`, {
    hint: "use the tokenizer.json that was written with the checkpoint",
  });
}

function quote(word: string): string {
  return JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}...` : word);
}
