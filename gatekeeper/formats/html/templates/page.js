// Sorts, filters and turns the pages of tables. Without it every row is there, in the order of the file.
"use strict";

document.documentElement.classList.add("scripted"); // before any row is drawn: only one page of them ever is

const AT_ONCE = 200;
const WORTH_SORTING = 4; // of fewer rows the buttons would only be noise

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// What a column is sorted by: numbers as numbers (a dash is less than any), everything else as text.
function keyOf(cell, numeric) {
  const text = cell.textContent.trim();
  if (!numeric) return text;
  const number = parseFloat(text.replace(/,/g, "").replace(/^[<>]/, ""));
  return Number.isNaN(number) ? -Infinity : number;
}

function sortable(table, changed) {
  const collator = new Intl.Collator("en", { numeric: true });
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const numeric = head.classList.contains("number");
    const button = element("button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const first = numeric ? "descending" : "ascending"; // of numbers people want the largest
      const second = numeric ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach((each) => each.setAttribute("aria-sort", each === head ? order : "none"));
      const sign = order === "ascending" ? 1 : -1;
      const body = table.tBodies[0];
      const keyed = [...body.rows].map((row) => [keyOf(row.cells[column], numeric), row]);
      const compare = numeric ? (a, b) => a[0] - b[0] || 0 : (a, b) => collator.compare(a[0], b[0]);
      keyed.sort((a, b) => sign * compare(a, b));
      const sorted = document.createDocumentFragment();
      for (const [, row] of keyed) sorted.append(row);
      body.append(sorted);
      changed();
    });
  });
}

// A table with a filter and pages. Returns what to call when its order has changed, and what shows one row.
function paged(table) {
  const number = (count) => count.toLocaleString("en");
  const tools = element("div", "", { class: "tools" });
  const label = element("label", "Filter ", {});
  const input = element("input", "", {
    type: "search",
    placeholder: "words, all of them",
    autocomplete: "off",
    "aria-describedby": table.caption.id,
  });
  const status = element("p", "", { role: "status" });
  const back = element("button", "Earlier rows", { type: "button" });
  const on = element("button", "Further rows", { type: "button" });
  const all = element("button", "Show all", { type: "button", "aria-pressed": "false" });
  label.append(input);
  tools.append(label, status, back, on, all);
  table.closest(".scroll").before(tools);

  const texts = new Map();
  let start = 0;
  let size = AT_ONCE;
  let shown = [];

  const found = () => {
    const rows = [...table.tBodies[0].rows];
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return rows;
    return rows.filter((row) => {
      let text = texts.get(row);
      if (text === undefined) texts.set(row, (text = row.textContent.toLowerCase()));
      return words.every((word) => text.includes(word));
    });
  };
  const draw = () => {
    const total = table.tBodies[0].rows.length;
    const rows = found();
    start = Math.max(0, Math.min(start, rows.length - 1));
    for (const row of shown) row.classList.remove("on");
    shown = rows.slice(start, start + size);
    for (const row of shown) row.classList.add("on");
    const of = rows.length === total ? `${number(total)} rows` : `${number(rows.length)} of ${number(total)} rows`;
    const part = rows.length > size ? `, ${number(start + 1)} to ${number(start + shown.length)} shown` : "";
    status.textContent = of + part;
    back.disabled = start === 0;
    on.disabled = start + size >= rows.length;
    back.hidden = on.hidden = rows.length <= size;
    all.hidden = total <= AT_ONCE;
  };
  const turn = (to) => {
    start = to;
    draw();
  };
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(turn, 100, 0);
  });
  back.addEventListener("click", () => turn(Math.max(0, start - size)));
  on.addEventListener("click", () => turn(start + size));
  all.addEventListener("click", () => {
    const every = size !== Infinity;
    size = every ? Infinity : AT_ONCE;
    all.setAttribute("aria-pressed", String(every));
    turn(0);
  });
  draw();

  const reveal = (row) => {
    if (!row.classList.contains("on")) {
      input.value = "";
      turn(size === Infinity ? 0 : Math.floor([...table.tBodies[0].rows].indexOf(row) / size) * size);
    }
    row.scrollIntoView({ block: "center" });
  };
  return { changed: () => turn(0), reveal };
}

document.addEventListener("DOMContentLoaded", () => {
  const pages = new Map();
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const page = table.classList.contains("paged") ? paged(table) : { changed() {} };
    pages.set(table, page);
    if (table.tBodies[0].rows.length >= WORTH_SORTING) sortable(table, page.changed);
  }
  // A link to a commit finds its row on whichever page it is.
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const page = target && pages.get(target.closest("table"));
    if (page && page.reveal) page.reveal(target);
  };
  addEventListener("hashchange", follow);
  follow();
});

// Paper has no way to open what is folded.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const opened of document.querySelectorAll("details[data-folded]")) {
    opened.open = false;
    delete opened.dataset.folded;
  }
});
