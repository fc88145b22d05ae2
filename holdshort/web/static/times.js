// Times in the reader's own zone, ages that move on, and a countdown where something will run.
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const written = (date, options) => new Intl.DateTimeFormat("en-GB", options).format(date);

function short(date) {
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return written(date, clock);
  if (Math.abs(days) < 7) return `${written(date, { weekday: "short" })} ${written(date, clock)}`;
  if (date.getFullYear() === new Date().getFullYear())
    return `${written(date, { day: "numeric", month: "short" })} ${written(date, clock)}`;
  return written(date, { day: "numeric", month: "short", year: "numeric" });
}

function told(time) {
  const date = new Date(time.dateTime);
  if ("clock" in time.dataset) {
    const left = Math.ceil((date - Date.now()) / 1000);
    return written(date, { ...clock, second: "2-digit" }) + (left > 0 ? `, in ${left} s` : "");
  }
  if ("exact" in time.dataset)
    return written(date, {
      day: "numeric", month: "short", year: "numeric", ...clock, second: "2-digit", timeZoneName: "short",
    });
  return short(date);
}

export function tell(within = document) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const text = told(time);
    if (time.textContent !== text) time.textContent = text;
  }
}

tell();
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-clock]")) time.textContent = told(time);
}, 1000);
