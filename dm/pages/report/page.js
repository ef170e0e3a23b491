"use strict";

(async () => {
  const {months, volume, top, tables, charts} = JSON.parse(document.getElementById("figures").textContent);

  // What is read from the tables goes into the page as text, never as HTML.
  const made = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);

  const time = month => Date.parse(`${month}-01T00:00Z`);
  const monthFormat = new Intl.DateTimeFormat("en", {month: "long", year: "numeric", timeZone: "UTC"});
  const labels = new Map(months.map(month => [month, monthFormat.format(time(month))]));
  const inWords = month => labels.get(month);
  const {format: grouped} = new Intl.NumberFormat("en");
  const format = {avg_rating: value => value.toFixed(2), total_reviews: grouped, period_rank: String};
  const plain = value => Number.isInteger(value) ? grouped(value) : value.toFixed(2);
  const reviewsInWords = count => `${grouped(count)} review${count === 1 ? "" : "s"}`;
  const number = (column, value) =>
    value === null ? "–"
    : typeof value !== "number" ? String(value)
    : made("data", {value, title: Number.isInteger(value) ? "" : value, textContent: (format[column] ?? plain)(value)});

  // Rows as objects, such as {beer_id: "1", beer_name: "Beer", ...}.
  const rowsOf = (name, month) => {
    const {columns, rows} = tables[name];
    return (rows[month] ?? []).map(row => Object.fromEntries(row.map((value, i) => [columns[i], value])));
  };
  const pastOf = (name, key) =>
    (tables[name].history[key] ?? []).map(([month, period_rank, total_reviews, avg_rating]) =>
      ({month, period_rank, total_reviews, avg_rating}));

  const writtenAt = run => `${run.written.slice(0, 10)} ${run.written.slice(11, 16)}`;
  const datasets = {
    months: months.map(month => ({month, time: time(month), label: inWords(month), reviews: volume[month] ?? 0})),
    history: [],
    written: Object.entries(tables).flatMap(([table, {runs, written_by}]) => months.map(month => {
      const run = runs[written_by[month]];
      const how = !run ? "no run known"
        : run.tests.length === 0 ? "without tests"
        : run === runs[0] ? "by the table's last run" : "by an earlier run";
      return {table, month, time: time(month), label: inWords(month), how, at: run ? writtenAt(run) : ""};
    })),
  };

  const views = new Map();
  for (const place of all("[data-chart]")) {
    const {view} = await vegaEmbed(place, {...charts[place.dataset.chart], datasets}, {
      actions: false, ast: true, logLevel: 1, mode: "vega-lite", renderer: "svg",
      tooltip: {disableDefaultStyle: true},
    });
    view.addEventListener("click", (_, item) => item?.datum?.month && choose(item.datum.month));
    views.set(place, view);
  }

  const sections = all("section[data-table]").map(section => ({section, name: section.dataset.table}));
  for (const {section, name} of sections.filter(({name}) => !tables[name])) {
    tell(section, `${name} is not built yet: load reviews with "dm load", then build it with "dm process".`);
    one(".pair", section).hidden = true;
  }

  let chosen, remembering;

  function choose(month) {
    chosen = month;
    const at = months.indexOf(month);
    one("#month").value = month;
    one("#slider").value = at;
    one("#slider").setAttribute("aria-valuetext", inWords(month));
    one("#earlier").disabled = at === 0;
    one("#later").disabled = at === months.length - 1;
    for (const place of all("[data-month]")) place.textContent = inWords(month);
    one("#total").textContent = reviewsInWords(volume[month] ?? 0);
    // Later, for a browser allows it only so often.
    clearTimeout(remembering);
    remembering = setTimeout(() => history.replaceState(null, "", `#${month}`), 300);
    for (const {section, name} of sections) if (tables[name]) show(section, name, month);
    for (const card of all("[data-card]")) fillCard(card, month);
    fillYear(month.slice(0, 4));
    fillRuns(month);
    for (const view of views.values()) view.signal("month", month).runAsync();
  }

  function show(section, name, month) {
    const rows = rowsOf(name, month);
    const pair = one(".pair", section);
    const wasHidden = pair.hidden;
    pair.hidden = rows.length === 0;
    if (wasHidden && !pair.hidden) dispatchEvent(new Event("resize"));  // a hidden chart has no width
    if (rows.length === 0) return tellNearest(section, name, month);
    tell(section, "");
    const before = months[months.indexOf(month) - 1];
    const {key} = tables[name];
    const {below} = section.dataset;
    const cell = (row, {className, dataset: {column}}) => {
      const value = row[column];
      if (className === "place") return [number(column, value), moved(name, row, before)];
      if (className !== "name") return [number(column, value)];
      const button = made("button", {
        type: "button", textContent: value || `no name (${row[key]})`,
        onclick: () => pick(section, name, rows, row[key])?.runAsync(),
      });
      return [button, ...(row[below] ? [made("small", {textContent: row[below]})] : [])];
    };
    one("tbody", section).replaceChildren(...rows.slice(0, top).map(row => made("tr", {},
      ...all("th[data-column]", section).map(head =>
        made("td", {className: head.className}, ...cell(row, head))))));
    one(".csv", section).onclick = event => {
      event.preventDefault();
      download(`${name}-${month}.csv`, tables[name].columns, tables[name].rows[month]);
    };
    const view = views.get(one("[data-chart]", section));
    const nameColumn = one("th.name", section).dataset.column;
    view?.data("history", rows.slice(0, top).flatMap(row => pastOf(name, row[key]).map(past => ({
      ...past, key: row[key], name: row[nameColumn], time: time(past.month), label: inWords(past.month),
    }))));
    fillMap(section, rows);
    pick(section, name, rows, first(name, rows)[key]);
  }

  function pick(section, name, rows, picked) {
    rows.slice(0, top).forEach((row, i) =>
      all("td.name button", section)[i].setAttribute("aria-pressed", row[tables[name].key] === picked));
    const view = views.get(one("[data-chart]", section));
    if (view) one("[data-picked]", section).textContent = one("[aria-pressed=true]", section).textContent;
    return view?.signal("picked", picked);
  }

  function moved(name, row, before) {
    const past = pastOf(name, row[tables[name].key]);
    const was = past.find(({month}) => month === before)?.period_rank;
    if (before === undefined) return "";
    if (was === undefined) return made("span", {textContent: past[0].month < before ? "back" : "new"});
    const by = was - row.period_rank;
    const words = by ? `${by > 0 ? "up" : "down"} ${Math.abs(by)}` : "as before";
    return made("span", {title: `${words}; ${was} in ${inWords(before)}`},
      made("span", {ariaHidden: "true", textContent: by ? `${by > 0 ? "▲" : "▼"}${Math.abs(by)}` : "="}),
      made("span", {className: "unseen", textContent: words}));
  }

  function fillMap(section, rows) {
    const map = one(".map", section);
    if (!map) return;
    const most = rows[0].total_reviews;
    const tiles = new Map(all("[data-state]", map).map(tile => [tile.dataset.state, tile]));
    for (const [state, tile] of tiles) {
      const reviews = rows.find(row => row.state === state)?.total_reviews ?? 0;
      tile.style.setProperty("--full", reviews / most);
      tile.title = `${state}: ${reviewsInWords(reviews)}`;
      tile.replaceChildren(state, made("small", {textContent: grouped(reviews)}));
    }
    const others = rows.slice(top);
    const more = one(".more", section);
    more.hidden = others.length === 0;
    one("summary", more).textContent = `The other ${others.length}`;
    one("ol", more).replaceChildren(...others.map(row =>
      made("li", {}, `${row.state} `, number("total_reviews", row.total_reviews))));
  }

  // Reviews without a state are those of no place.
  function first(name, rows) {
    return rows.find(row => row[tables[name].key] !== "Unknown") ?? rows[0];
  }

  function fillCard(card, month) {
    const name = card.dataset.card;
    const section = one(`section[data-table="${name}"]`);
    const row = tables[name] && first(name, rowsOf(name, month));
    const [, title, told] = card.children;
    title.textContent = row ? row[one("th.name", section).dataset.column] || "no name" : "none";
    told.textContent = row
      ? [row.avg_rating && format.avg_rating(row.avg_rating),
         reviewsInWords(row.total_reviews)].filter(Boolean).join(" from ")
      : tables[name] ? "not enough reviews" : "not built yet";
  }

  // Who was first in each month of a year.
  function fillYear(year) {
    for (const place of all("[data-year]")) place.textContent = year;
    const heads = all(".year thead th");
    one("#months").replaceChildren(...months.filter(month => month.startsWith(year)).map(month =>
      made("tr", {}, ...heads.map((head, i) => {
        const name = head.dataset.first;
        const row = name && tables[name] && first(name, rowsOf(name, month));
        const nameColumn = name && one(`section[data-table="${name}"] th.name`).dataset.column;
        const cell = made(i ? "td" : "th", {className: head.className},
          i === 0 ? made("button", {type: "button", textContent: inWords(month), onclick: () => choose(month)})
          : name ? (row ? row[nameColumn] || "no name" : "–") : grouped(volume[month] ?? 0));
        if (i === 0) cell.scope = "row";
        cell.dataset.label = head.textContent;
        return cell;
      }))));
  }

  // A spreadsheet would run a text that begins like a formula.
  function download(file, columns, rows) {
    const field = value => typeof value !== "string" ? String(value ?? "")
      : `"${value.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`;
    const text = [columns, ...rows].map(row => row.map(field).join(",")).join("\r\n") + "\r\n";
    const url = URL.createObjectURL(new Blob(["\ufeff", text], {type: "text/csv"}));
    made("a", {href: url, download: file}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  function tell(section, text, ...children) {
    const place = one(".nothing", section);
    place.hidden = text === "";
    place.replaceChildren(text, ...children);
  }

  function tellNearest(section, name, month) {
    const ranked = months.filter(other => tables[name].rows[other]);
    const near = [ranked.findLast(other => other < month), ranked.find(other => other > month)];
    tell(section, `${one(".nothing", section).dataset.nothing} in ${inWords(month)}.`,
      ...near.filter(Boolean).map(other =>
        made("button", {type: "button", textContent: `See ${inWords(other)}`, onclick: () => choose(other)})));
  }

  function fillRuns(month) {
    const names = one("#runs").dataset.names.split(" ");
    const heads = all(".runs thead th").slice(1);
    one("#runs").replaceChildren(...names.map(name => {
      const table = tables[name];
      const run = table?.runs[table.written_by[month]];
      const cells = !table ? ["not built yet"]
        : [grouped(table.total_rows[month] ?? 0),
           ...(run ? [writtenAt(run), testsOf(run), run.silver, run.run] : ["no run known"])];
      return made("tr", {}, made("th", {scope: "row"}, name, ...heldOf(table?.held[month])), ...heads.map((head, i) => {
        const cell = made("td", {className: head.className}, cells[i] ?? "");
        cell.dataset.label = head.textContent;
        return cell;
      }));
    }));
    one("#explain").textContent = `dm explain ${Object.keys(tables)[0]} --period ${month}`;
  }

  function heldOf(said) {
    return said ? [made("span", {className: "untested held", textContent: said})] : [];
  }

  function testsOf({tests}) {
    if (tests.length === 0) return made("span", {className: "untested", textContent: "none: published without"});
    return made("details", {},
      made("summary", {className: "passed", textContent: `${tests.length} passed`}),
      made("ul", {}, ...tests.map(test => made("li", {textContent: test}))));
  }

  one("#first").textContent = inWords(months[0]);
  one("#last").textContent = inWords(months.at(-1));
  one("#slider").max = months.length - 1;
  for (const month of months.toReversed()) {
    const year = month.slice(0, 4);
    const group = one(`#month optgroup[label="${year}"]`) ?? one("#month").appendChild(made("optgroup", {label: year}));
    group.append(made("option", {value: month, textContent: inWords(month)}));
  }
  one("#month").onchange = event => choose(event.target.value);
  one("#slider").oninput = event => choose(months[event.target.value]);
  one("#earlier").onclick = () => choose(months[months.indexOf(chosen) - 1]);
  one("#later").onclick = () => choose(months[months.indexOf(chosen) + 1]);
  const asked = location.hash.slice(1);
  // A month that a run built has no row where nobody wrote a review; one of the future is a slip.
  const filled = months.filter(month => Object.values(tables).some(table => table.rows[month]?.length));
  const past = filled.filter(month => month <= new Date().toISOString().slice(0, 7));
  choose(months.includes(asked) ? asked : past.at(-1) ?? filled.at(-1) ?? months.at(-1));
})();
