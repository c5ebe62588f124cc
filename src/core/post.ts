/** A question to a server: a body to a path, and the answer, parsed. It throws where there is none. */
export type Post = (path: string, body: object, signal?: AbortSignal) => Promise<unknown>;
