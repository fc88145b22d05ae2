// A button that copies the text, or the contents of the field, that it names; and says so aloud.
const spoken = document.createElement("p");
spoken.className = "hidden";
spoken.setAttribute("role", "status");
document.body.append(spoken);

function say(button, word) {
  const label = button.firstChild;
  label.data = word;
  spoken.textContent = word;
  setTimeout(() => { label.data = "Copy"; }, 2000);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    say(button, "Copied");
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    say(button, "Selected");
  }
});
