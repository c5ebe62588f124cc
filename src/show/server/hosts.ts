/**
 * Who may talk to the local page.
 *
 * A web site elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding) and so make a browser treat this server
 * as part of that site; such a request carries the foreign name in its Host header. So the page answers only to names
 * that no foreign site can own: localhost and, where it was deliberately bound to another address, IP addresses and this
 * machine's own name. A port is not compared: tunnels change it, and it adds nothing. This does not stop other users of
 * the same machine, who can reach any loopback port.
 */

import { isIP } from "node:net";
import { hostname } from "node:os";

/** Whether an address is this machine's loopback. */
export function isLoopback(host: string): boolean {
  const name = bare(host);
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Whether a request with this Host header is answered by a server bound to `boundTo`.
 *
 * @example
 * isAllowedHost("localhost:4600", "127.0.0.1"); // true
 * isAllowedHost("evil.example:4600", "127.0.0.1"); // false
 */
export function isAllowedHost(header: string | undefined, boundTo: string): boolean {
  if (header === undefined) return false;
  const name = hostName(header);
  if (name === null) return false;
  if (isLoopback(name)) return true;
  if (isLoopback(boundTo)) return false;
  return isIP(name) !== 0 || name === bare(boundTo) || name === hostname().toLowerCase();
}

/**
 * Whether a request that asks for work comes from the page itself. Browsers send Origin with every POST; programs that
 * are no browser send none and are let in.
 */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  return protocol === "http:" && from === host.toLowerCase();
}

/** The name in a Host header, without port and brackets; null where it is malformed. */
function hostName(header: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+)(?::\d{1,5})?$/i.exec(header);
  return match ? bare(match[1] as string) : null;
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "");
}
