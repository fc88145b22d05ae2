// Looks again while something is under way, and replaces only the parts that may change.
import { tell } from "./times.js";

const pause = () => Number(document.body.dataset.live || 0) * 1000;

const busy = (region) =>
  region.contains(document.activeElement) || region.querySelector("details[open], dialog[open]");

async function look() {
  let answer;
  try {
    answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
  } catch {
    return;
  }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-region]")) {
    const fresh = page.querySelector(`[data-region="${old.dataset.region}"]`);
    if (!fresh || busy(old)) continue;
    tell(fresh);
    if (fresh.innerHTML !== old.innerHTML) old.replaceWith(document.importNode(fresh, true));
  }
  if (page.body.dataset.live) document.body.dataset.live = page.body.dataset.live;
  else delete document.body.dataset.live;
}

function again() {
  if (pause()) setTimeout(async () => { if (!document.hidden) await look(); again(); }, pause());
}
again();
