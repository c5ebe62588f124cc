/** Keeps secrets out of what is printed: a message may quote an address, a file or an answer that holds one. */

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH/i;
/** Shorter values would blank out ordinary words. */
const MIN_SECRET = 8;

/**
 * The text without the values of environment variables named like secrets, and without passwords in addresses.
 *
 * @example
 * redact("tried https://me:hunter2@host with sk-12345678", { API_KEY: "sk-12345678" });
 * // "tried https://***@host with ***"
 */
export function redact(text: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const secrets = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && (value?.trim().length ?? 0) >= MIN_SECRET)
    .map(([, value]) => (value as string).trim())
    .sort((a, b) => b.length - a.length);
  const hidden = secrets.reduce((hiding, secret) => hiding.replaceAll(secret, "***"), text);
  return hidden.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, "$1***@");
}
