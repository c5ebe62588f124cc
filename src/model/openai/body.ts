/** The body of an answer, bounded: as text, as JSON, or event by event (Server-Sent Events). */

import { EventSourceParserStream } from "eventsource-parser/stream";
import { LIMITS } from "../../core/limits.ts";
import { ServerError } from "../server-error.ts";

/** JSON writes a character in up to six bytes, and a log-probability takes a hundred. */
const MOST_BYTES = 128 * LIMITS.completionChars;

/** @throws ServerError for more than `most` bytes */
export async function readText(response: Response, most = MOST_BYTES): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null) {
    for await (const part of response.body) {
      bytes += part.length;
      if (bytes > most) throw tooLong(most);
      parts.push(part);
    }
  }
  return new TextDecoder().decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

/** @throws ServerError where it is no JSON */
export async function readBody(response: Response): Promise<unknown> {
  return parsed(await readText(response));
}

/** The events of a stream up to `[DONE]`, or to its end. */
export async function* readEvents(response: Response): AsyncGenerator<unknown> {
  if (response.body === null) return;
  const events = bounded(response.body, MOST_BYTES)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    if (data === "[DONE]") return;
    yield parsed(data);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServerError("the server's answer is no JSON", { retryable: true, mayHaveRun: true, cause });
  }
}

function bounded(body: ReadableStream<Uint8Array>, most: number): ReadableStream<Uint8Array> {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes <= most) controller.enqueue(chunk);
        else controller.error(tooLong(most));
      },
    }),
  );
}

function tooLong(most: number): ServerError {
  return new ServerError(`the server's answer is longer than ${most} bytes`, { retryable: false });
}
