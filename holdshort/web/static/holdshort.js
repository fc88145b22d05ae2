// Everything here only improves pages that work without it.
import "./times.js";
import "./copy.js";
import "./live.js";
import "./review.js";

document.documentElement.classList.add("js");
