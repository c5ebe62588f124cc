/** A reason for a person, cut short where it is long: verdicts are kept by the million. */
export function shortened(reason: string, most = 900): string {
  return reason.length > most ? `${reason.slice(0, most)}...` : reason;
}
