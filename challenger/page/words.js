// Numbers, amounts, times and states as people read them.

const numbers = new Intl.NumberFormat("en");

export const number = (value) => numbers.format(value);

/** Wei, a decimal string, as ether. */
export function ether(wei) {
  const value = BigInt(wei);
  const whole = value / 10n ** 18n;
  const micros = (value % 10n ** 18n) / 10n ** 12n;
  const decimals = micros.toString().padStart(6, "0").replace(/0+$/, "");
  if (value > 0n && whole === 0n && micros === 0n) return "< 0.000001 ETH";
  return `${numbers.format(whole)}${decimals && "."}${decimals} ETH`;
}

export const short = (hex) => (hex.length > 14 ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex);

export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${seconds} s`;
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const blocks = (count) => `${number(count)} ${count === 1 ? "block" : "blocks"}`;

/** Until when, from now. */
export const left = (until) =>
  until.blocksLeft === 0 ? "time is up" : `${blocks(until.blocksLeft)} left, about ${duration(until.secondsLeft)}`;

export const range = (first, last) => (first === last ? number(first) : `${number(first)} – ${number(last)}`);

/** The same where there is little room: what the last number shares with the first is left out. */
export function briefly(first, last) {
  const [a, b] = [number(first), number(last)];
  const shared = a.length === b.length ? b.split(",").findIndex((group, index) => group !== a.split(",")[index]) : 0;
  return first === last ? a : `${a} – ${b.split(",").slice(shared).join(",")}`;
}

export const l2blocks = (first, last) => (first === last ? `L2 block ${number(first)}` : `L2 blocks ${range(first, last)}`);

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** Sign and words of all in one word. */
export const OVERALL = {
  agree: ["right", "All claims agree", "Every undecided claim is what our own execution gives."],
  disputing: ["match", "Disputing", "A claim is wrong, and the right side plays against it."],
  unknown: ["unknown", "Unknown", "Something cannot be known now. Nothing is signed on account of it."],
  alarm: ["alarm", "Alarm", "An operator must act."],
};

const VERDICTS = {
  right: ["right", "right"],
  wrong: ["wrong", "wrong"],
  onWrong: ["onWrong", "on a wrong claim"],
  unknown: ["unknown", "unknown"],
};

const STANDINGS = {
  joining: "rivals may join",
  waiting: "waits for a rival",
  playing: "in a match",
  parentUndecided: "waits for its parent",
  confirmable: "can be confirmed",
  confirmed: "final",
  lost: "lost",
  void: "void",
  superseded: "superseded",
};

export const isDead = (claim) => ["lost", "void", "superseded"].includes(claim.standing);

/** Sign, kind and words of a claim. */
export function claimWords(claim) {
  const standing = STANDINGS[claim.standing] ?? claim.standing;
  if (claim.standing === "confirmed") {
    return claim.verdict?.kind === "wrong"
      ? { sign: "alarm", kind: "wrong", verdict: "wrong", standing }
      : { sign: "final", kind: "final", verdict: claim.verdict?.kind === "right" ? "right" : "decided", standing };
  }
  const [sign, verdict] = VERDICTS[claim.verdict?.kind] ?? ["dead", "not judged"];
  return { sign: isDead(claim) ? "dead" : sign, kind: isDead(claim) ? "dead" : claim.verdict?.kind ?? "unknown", verdict, standing };
}

/** Sign and name of a side of a match. */
export function sideWords(side, name) {
  if (side.right === true) return ["right", "Right side"];
  if (side.right === false) return ["wrong", "Wrong side"];
  return ["unknown", `Side ${name}`];
}
