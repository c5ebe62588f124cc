/**
 * Tokens to an expression, by descent with precedence:
 *
 *   sum     = product { + product }        product = unary { [*] unary | / unary }
 *   unary   = [-] power                     power  = postfix [ ^ ]            postfix = primary { ! | degree | % }
 *
 * What stands side by side is multiplied; a whole number before a fraction of whole numbers is a mixed number. A function
 * without brackets takes the product that follows it. Letters are variables but for pi, e and i.
 */

import { type Expression, MATH_LIMITS, negated, numberOf, Unreadable } from "./expression.ts";
import type { Token } from "./latex-tokens.ts";
import { FUNCTIONS, INVERSES, meaningOf, PLAIN_WORDS } from "./names.ts";
import { decimal, inBase, repeating } from "./numerals.ts";

/** @throws Unreadable */
export function readExpression(tokens: readonly Token[]): Expression {
  const reader = new Reader(tokens, { nodes: 0 });
  return reader.whole();
}

const PI_OVER_180: Expression = {
  kind: "quotient",
  above: { kind: "constant", name: "pi" },
  below: numberOf(180n),
};

class Reader {
  readonly #tokens: readonly Token[];
  readonly #count: { nodes: number };
  #at = 0;
  /** Inside |...| the next bar closes. */
  #bars = 0;

  constructor(tokens: readonly Token[], count: { nodes: number }) {
    this.#tokens = tokens;
    this.#count = count;
  }

  whole(): Expression {
    const expression = this.#sum();
    if (this.#at < this.#tokens.length) throw new Unreadable("something is left over");
    return expression;
  }

  #made(expression: Expression): Expression {
    if (++this.#count.nodes > MATH_LIMITS.nodes) throw new Unreadable("too large");
    return expression;
  }

  #inner(tokens: readonly Token[]): Expression {
    return new Reader(tokens, this.#count).whole();
  }

  get #next(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #isOperator(...names: readonly string[]): boolean {
    const token = this.#next;
    return token?.kind === "operator" && names.includes(token.name);
  }

  #sum(): Expression {
    const terms = [this.#product()];
    while (this.#isOperator("+", "-")) {
      const minus = this.#isOperator("-");
      this.#at++;
      const term = this.#product();
      terms.push(minus ? negated(term) : term);
    }
    return terms.length === 1 ? (terms[0] as Expression) : this.#made({ kind: "sum", terms });
  }

  #product(): Expression {
    let product = this.#unary();
    for (;;) {
      if (this.#isOperator("*")) {
        this.#at++;
        product = this.#times(product, this.#unary());
      } else if (this.#isOperator("/")) {
        this.#at++;
        product = this.#made({ kind: "quotient", above: product, below: this.#unary() });
      } else if (this.#startsFactor()) {
        product = this.#times(product, this.#power());
      } else return product;
    }
  }

  #times(a: Expression, b: Expression): Expression {
    return this.#made({ kind: "product", factors: [...(a.kind === "product" ? a.factors : [a]), b] });
  }

  /** Whether what comes next is multiplied with what came before. */
  #startsFactor(): boolean {
    const token = this.#next;
    switch (token?.kind) {
      case "letter":
      case "function":
      case "fraction":
      case "root":
      case "group":
      case "matrix":
        return true;
      case "number":
        return this.#tokens[this.#at - 1]?.kind !== "number";
      case "word":
        return meaningOf(token.text) !== null;
      case "open":
        return true;
      case "operator":
        return token.name === "|" && this.#bars === 0;
      case "symbol":
        return token.name === "\\infty" || token.name.startsWith("\\sum") || token.name.startsWith("\\prod");
      default:
        return false;
    }
  }

  #unary(): Expression {
    if (this.#isOperator("-")) {
      this.#at++;
      return negated(this.#unary());
    }
    if (this.#isOperator("+")) {
      this.#at++;
      return this.#unary();
    }
    return this.#power();
  }

  /** A primary with what follows it: subscripts are read with letters, powers bind tighter than signs. */
  #power(): Expression {
    const start = this.#at;
    let base = this.#primary();
    for (;;) {
      const token = this.#next;
      if (token?.kind === "superscript") {
        this.#at++;
        base = this.#made({ kind: "power", base, exponent: this.#inner(token.body) });
      } else if (this.#isOperator("!")) {
        this.#at++;
        base = this.#made({ kind: "function", name: "factorial", argument: base });
      } else if (token?.kind === "symbol" && token.name === "degree") {
        this.#at++;
        base = this.#made({ kind: "product", factors: [base, PI_OVER_180] });
      } else if (token?.kind === "symbol" && token.name === "%") {
        this.#at++;
        base = this.#made({ kind: "quotient", above: base, below: numberOf(100n) });
      } else if (token?.kind === "subscript" && this.#at === start + 1 && this.#tokens[start]?.kind === "number") {
        this.#at++;
        base = inBase((this.#tokens[start] as { text: string }).text, this.#inner(token.body));
      } else return base;
    }
  }

  #primary(): Expression {
    const token = this.#next;
    if (token === undefined) throw new Unreadable("an operand is missing");
    this.#at++;
    switch (token.kind) {
      case "number":
        return this.#number(token.text);
      case "letter":
        return this.#letter(token.name);
      case "word":
        return this.#word(token.text);
      case "group":
        return this.#inner(token.body);
      case "fraction":
        return this.#fraction(token);
      case "root":
        return this.#made({
          kind: "root",
          radicand: this.#inner(token.body),
          index: token.index === null ? numberOf(2n) : this.#inner(token.index),
        });
      case "function":
        return this.#function(token.name);
      case "open":
        return this.#bracket(token.name);
      case "operator":
        if (token.name === "|") return this.#absolute();
        throw new Unreadable("an operand is missing");
      case "symbol":
        return this.#symbol(token.name);
      case "overline":
        return this.#made({ kind: "variable", name: `overline ${JSON.stringify(token.body)}` });
      default:
        throw new Unreadable(`a ${token.kind} stands where an operand should`);
    }
  }

  #number(text: string): Expression {
    const first = decimal(text);
    const token = this.#next;
    if (token?.kind === "overline" && token.body.length === 1 && token.body[0]?.kind === "number") {
      this.#at++;
      return repeating(text, token.body[0].text);
    }
    const whole = first.kind === "number" && first.denominator === 1n && first.decimals === undefined;
    if (!whole) return first;
    if (token?.kind === "fraction" && token.bar && isWhole(token.above) && isWhole(token.below)) {
      this.#at++;
      return this.#made({ kind: "sum", terms: [first, this.#fraction(token)] });
    }
    if (token?.kind === "space") {
      const [above, slash, below] = this.#tokens.slice(this.#at + 1, this.#at + 4);
      const isSlash = slash?.kind === "operator" && slash.name === "/";
      if (above?.kind === "number" && isSlash && below?.kind === "number" && /^\d+$/.test(above.text + below.text)) {
        this.#at += 4;
        const part: Expression = { kind: "quotient", above: decimal(above.text), below: decimal(below.text) };
        return this.#made({ kind: "sum", terms: [first, part] });
      }
      throw new Unreadable("two numbers stand side by side");
    }
    return first;
  }

  #letter(letter: string): Expression {
    if (letter === "\\pi") return this.#made({ kind: "constant", name: "pi" });
    let name = letter;
    const token = this.#next;
    if (token?.kind === "subscript") {
      this.#at++;
      name += `_${JSON.stringify(token.body)}`;
    } else if (letter === "e" || letter === "i") {
      return this.#made({ kind: "constant", name: letter });
    }
    while (this.#isOperator("'")) {
      this.#at++;
      name += "'";
    }
    return this.#made({ kind: "variable", name });
  }

  #word(word: string): Expression {
    const meaning = meaningOf(word);
    if (meaning === "constant") {
      const token = PLAIN_WORDS[word] as Token;
      return token.kind === "letter" ? this.#letter(token.name) : this.#symbol("\\infty");
    }
    if (meaning === "function") return this.#function(word);
    if (meaning === null) throw new Unreadable("a word stands where an operand should");
    const factors = [...word].map((letter, i) => (i === word.length - 1 ? this.#letter(letter) : plainLetter(letter)));
    return this.#made({ kind: "product", factors });
  }

  #fraction({ above, below, bar }: Extract<Token, { kind: "fraction" }>): Expression {
    if (!bar) return this.#made({ kind: "binomial", n: this.#inner(above), k: this.#inner(below) });
    return this.#made({ kind: "quotient", above: this.#inner(above), below: this.#inner(below) });
  }

  #function(name: string): Expression {
    let exponent: Expression | null = null;
    let base: Expression | null = null;
    for (let token = this.#next; token?.kind === "superscript" || token?.kind === "subscript"; token = this.#next) {
      this.#at++;
      if (token.kind === "superscript") exponent = this.#inner(token.body);
      else base = this.#inner(token.body);
    }
    const inverse = exponent?.kind === "number" && exponent.numerator === -1n && exponent.denominator === 1n;
    const argument = this.#argument();
    if (inverse && INVERSES[name] !== undefined)
      return this.#made({ kind: "function", name: INVERSES[name], argument });
    const value = this.#made(this.#apply(name, argument, base));
    return exponent === null ? value : this.#made({ kind: "power", base: value, exponent });
  }

  #apply(name: string, argument: Expression, base: Expression | null): Expression {
    if (name === "sqrt") return { kind: "root", radicand: argument, index: numberOf(2n) };
    if (name === "log" || name === "lg") {
      if (base !== null) return { kind: "logarithm", base, argument };
      return name === "lg" ? { kind: "logarithm", base: numberOf(10n), argument } : bareLogarithm(argument);
    }
    const known = FUNCTIONS[name];
    if (known === undefined || base !== null) throw new Unreadable(`${name} is no function that is known`);
    return { kind: "function", name: known, argument };
  }

  /** In brackets, or the factors that follow: sin 2x cos x is sin(2x) cos x. */
  #argument(): Expression {
    const token = this.#next;
    if (token?.kind === "open" || token?.kind === "group") return this.#power();
    let argument = this.#unary();
    for (;;) {
      const next = this.#next;
      const goesOn =
        next?.kind === "letter" ||
        next?.kind === "fraction" ||
        next?.kind === "root" ||
        (next?.kind === "number" && this.#startsFactor());
      if (!goesOn) return argument;
      argument = this.#times(argument, this.#power());
    }
  }

  #bracket(open: string): Expression {
    const bars = this.#bars;
    this.#bars = 0;
    const inner = this.#sum();
    this.#bars = bars;
    const token = this.#next;
    const closing = CLOSING[open];
    if (token?.kind !== "close" || token.name !== closing) throw new Unreadable("a bracket is not closed");
    this.#at++;
    if (open === "floor" || open === "ceil") return this.#made({ kind: "function", name: open, argument: inner });
    return inner;
  }

  #absolute(): Expression {
    this.#bars++;
    const argument = this.#sum();
    if (!this.#isOperator("|")) throw new Unreadable("a bar is not closed");
    this.#at++;
    this.#bars--;
    return this.#made({ kind: "function", name: "abs", argument });
  }

  /** Sums over an index and what else is not computed stand for themselves, with their scripts. */
  #symbol(symbol: string): Expression {
    if (symbol === "\\infty") return this.#made({ kind: "constant", name: "infinity" });
    if (!/^\\[a-zA-Z]+$/.test(symbol)) throw new Unreadable(`${symbol} is no operand`);
    let name = symbol;
    for (let token = this.#next; token?.kind === "superscript" || token?.kind === "subscript"; token = this.#next) {
      this.#at++;
      name += ` ${token.kind} ${JSON.stringify(token.body)}`;
    }
    return this.#made({ kind: "variable", name });
  }
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", floor: "floor", ceil: "ceil" };
function plainLetter(letter: string): Expression {
  if (letter === "e" || letter === "i") return { kind: "constant", name: letter };
  return { kind: "variable", name: letter };
}

/** log without a base is natural where its argument says so by itself, as in sources that never write ln; else of base 10. */
function bareLogarithm(argument: Expression): Expression {
  return { kind: "logarithm", base: numberOf(10n), argument };
}

function isWhole(tokens: readonly Token[]): boolean {
  return tokens.length === 1 && tokens[0]?.kind === "number" && /^\d+$/.test(tokens[0].text);
}
