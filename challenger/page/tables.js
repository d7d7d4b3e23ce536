// Money, next actions, events and alarms.

import { h, icon, show } from "./dom.js";
import { ether, left, number, plural, short } from "./words.js";

const ACTIONS = {
  act: ["move", "acts"],
  wait: ["wait", "waits"],
  unknown: ["unknown", "does not know"],
  end: ["dead", "over"],
};

const TONES = { info: "info", good: "right", warning: "alarm", alarm: "alarm" };

function subject({ kind, id }) {
  const names = { children: "claims after", claim: "claim", tournament: "tournament", match: "match", bond: "bond", account: "account" };
  return h("span", { class: "muted" }, names[kind] ?? kind, " ", typeof id === "string" ? h("span", { class: "mono", title: id }, short(id)) : id ?? "");
}

function action(it, watchOnly) {
  const [sign, word] = ACTIONS[it.kind] ?? ["info", it.kind];
  const who = watchOnly && it.kind === "act" ? "somebody must act" : word;
  return h(
    "li",
    { class: it.kind },
    icon(sign),
    h("div", {}, h("p", {}, h("strong", {}, `${who}: `), it.text, it.verb ? h("code", {}, ` ${it.verb}`) : ""), h("p", { class: "muted" }, subject(it.subject), it.until ? `, ${left(it.until)}` : "")),
  );
}

function actions(status) {
  const shown = status.actions.slice(0, 40);
  const watchOnly = !status.money.wallet;
  const wallet = status.money.wallet;
  const head = watchOnly
    ? h("p", { class: "wallet" }, icon("info"), "It has no key: it only watches, and says what somebody else has to do.")
    : h(
        "p",
        { class: `wallet ${wallet.belowFloor ? "low" : ""}` },
        icon(wallet.belowFloor ? "alarm" : "info"),
        "It acts as ",
        h("span", { class: "mono", title: wallet.address }, short(wallet.address)),
        `, with ${ether(wallet.walletWei)} on L1 and ${ether(wallet.freeWei)} free in Bonds`,
        wallet.belowFloor ? `: less than the ${ether(wallet.fundingFloorWei)} that one more dispute takes.` : `; one more dispute takes ${ether(wallet.fundingFloorWei)}.`,
      );
  const list = shown.length ? h("ul", { class: "actions" }, shown.map((it) => action(it, watchOnly))) : h("p", { class: "empty" }, icon("right"), "Nothing to do.");
  const more = status.actions.length - shown.length;
  return [head, list, more > 0 && h("p", { class: "muted" }, `and ${number(more)} more`)];
}

function event(it) {
  return h(
    "li",
    { class: it.tone },
    icon(TONES[it.tone] ?? "info"),
    h("span", { class: "when muted" }, number(it.l1Block)),
    h("span", {}, it.text, " ", it.id && h("span", { class: "mono muted", title: it.id }, short(it.id)), it.account && h("span", { class: "mono muted", title: it.account }, " ", short(it.account))),
  );
}

function backing(holder) {
  const root = holder.bonds.map((bond) => {
    const what = bond.frozen ? "frozen behind a lost claim" : bond.claims === 0 ? "behind nothing undecided" : `behind ${plural(bond.claims, "claim")}`;
    return h("li", {}, `root bond ${bond.bond}, ${ether(bond.amountWei)}, ${what}`);
  });
  const steps = holder.stepBonds.map((bond) => h("li", {}, `step bond, ${ether(bond.amountWei)}${bond.eliminated ? ", its commitment has lost" : ""}`));
  const all = [...root, ...steps];
  return all.length ? h("ul", { class: "bonds" }, all) : h("span", { class: "muted" }, "nothing");
}

function money(status) {
  const { holders, holdersOmitted } = status.money;
  if (holders.length === 0) return h("p", { class: "empty" }, icon("info"), "Nobody has put ETH into Bonds yet.");
  const amount = (name, wei, kind = "") => h("td", { class: `amount ${wei === "0" ? "muted" : kind}`, "data-name": name }, wei === "0" ? "–" : ether(wei));
  return [
    h(
      "div",
      { class: "scroll", "data-scroll": "money", tabindex: 0, role: "region", "aria-label": "Accounts in Bonds, scrolls sideways" },
      h(
        "table",
        {},
        h("caption", { class: "hidden" }, "Accounts in Bonds"),
        h("thead", {}, h("tr", {}, ["account", "free", "locked", "behind what", "credited", "lost", "of that burned"].map((it) => h("th", { scope: "col" }, it)))),
        h(
          "tbody",
          {},
          holders.map((it) =>
            h(
              "tr",
              { class: it.ours ? "ours" : null },
              h("th", { scope: "row" }, h("span", { class: "mono", title: it.address }, short(it.address)), it.ours && h("span", { class: "chip" }, "ours")),
              amount("free", it.freeWei),
              amount("locked", it.lockedWei),
              h("td", { "data-name": "behind what" }, backing(it)),
              amount("credited", it.creditedWei, "good"),
              amount("lost", it.forfeitedWei, "bad"),
              amount("of that burned", it.burnedWei, "bad"),
            ),
          ),
        ),
      ),
    ),
    holdersOmitted > 0 && h("p", { class: "muted" }, `and ${number(holdersOmitted)} more accounts`),
  ];
}

export function render(status) {
  const at = (id) => document.getElementById(id);
  show(at("alarms"), [status.alarms, status.trouble], ([alarms, trouble]) => [
    ...alarms.map((it) => h("div", { class: "alarm-banner", "data-alarm": it.code }, icon("alarm"), h("p", {}, h("strong", {}, it.text), " ", subject(it.subject)))),
    trouble ? h("div", { class: "alarm-banner trouble" }, icon("unknown"), h("p", {}, h("strong", {}, "The last round did not come to its end; nothing was signed. "), trouble)) : null,
  ]);
  show(at("actions"), [status.actions, status.money.wallet], () => actions(status));
  show(at("events"), status.events ?? [], (events) =>
    events.length ? h("ol", { reversed: true }, [...events].reverse().map(event)) : h("p", { class: "empty" }, icon("info"), "Nothing yet."),
  );
  show(at("money"), [status.money.holders, status.money.holdersOmitted], () => money(status));
  show(at("money-summary"), [status.money.burnedWei, status.money.rootBondWei, status.money.stepBondWei], ([burned, root, step]) =>
    `${ether(burned)} burned; a claim takes ${ether(root)}, a step tournament ${ether(step)}`,
  );
}
