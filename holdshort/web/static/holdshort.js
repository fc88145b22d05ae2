// Everything here only improves pages that work without it.
import "./times.js";
import "./copy.js";
import "./live.js";
import "./review.js";

document.documentElement.classList.add("js");

// On a phone the way to this very page may lie beyond the edge of the row.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
