/**
 * The thinking part of a completion, which ends where a model says so (`</think>`). Many templates open it in the prompt, so
 * that the completion holds only its end.
 */

const CLOSERS = ["</think>", "</thinking>", "</reasoning>", "<|end_of_thought|>", "[/THINK]"] as const;
const OPENERS = ["<think>", "<thinking>", "<reasoning>", "<|begin_of_thought|>", "[THINK]"] as const;

export type Part = { readonly start: number; readonly end: number };

/**
 * The parts of a text in the order in which an answer is looked for: what is said after the thinking, then the thinking, the
 * later part of it first. A text without thinking is one part.
 *
 * @example
 * partsOf("<think>4? 5!</think>Five."); // [{ start: 20, end: 25 }, { start: 0, end: 20 }]
 */
export function partsOf(text: string): Part[] {
  const said = Math.max(0, ...CLOSERS.map((mark) => (text.includes(mark) ? text.lastIndexOf(mark) + mark.length : 0)));
  const reopened = OPENERS.map((mark) => text.indexOf(mark, said)).filter((at) => at >= 0);
  const end = Math.min(text.length, ...reopened);
  return [
    { start: said, end },
    { start: end, end: text.length },
    { start: 0, end: said },
  ].filter((part) => part.start < part.end);
}
