"use strict";

const page = { runs: [], live: false };

/** The lines of a group, of all runs. */
function linesOf(group) {
    const lines = [];
    const names = [...new Set(page.runs.flatMap(run => Object.keys(run.curves.series)))].filter(group.has);
    page.runs.forEach((run, i) => {
        for (const name of names) {
            const values = run.curves.series[name];
            if (!values) continue;
            const label = (group.label?.(name) ?? name) + (page.runs.length > 1 ? ` (${run.name})` : "");
            lines.push({ label, steps: run.curves.steps, values, colour: names.indexOf(name) % 8, second: i > 0 });
        }
    });
    return lines;
}

/** The charts' groups: the known ones that have lines, and one for each number of another name. */
function groupsHere() {
    const names = [...new Set(page.runs.flatMap(run => Object.keys(run.curves.series)))];
    const rest = names.filter(name => !hiddenNumbers.includes(name) && !groups.some(group => group.has(name)));
    return [...groups, ...rest.map(name => ({ id: "rest-" + names.indexOf(name), title: name, has: other => other === name }))]
        .filter(group => names.some(group.has));
}

function chartsOf(list) {
    return make("div", { className: "charts" }, list.map(group => {
        const chart = new Chart(group.id, group.title, linesOf(group), group.scale);
        chart.group = group;
        charts.all.push(chart);
        return chart.element;
    }));
}

/** Scores over their steps, one chart a score, where there are two steps or more. */
function scoreCharts() {
    const metrics = [...new Set(page.runs.flatMap(run => run.scores.map(score => score.metric)))];
    const made = metrics.map((metric, at) => {
        const lines = page.runs.map((run, i) => {
            const newest = new Map(run.scores.filter(s => s.metric === metric && s.step !== null).map(s => [s.step, s.value]));
            const steps = [...newest.keys()].sort((a, b) => a - b);
            return { label: page.runs.length > 1 ? `${metric} (${run.name})` : metric, steps, colour: at % 8,
                values: steps.map(step => newest.get(step)), second: i > 0 };
        }).filter(line => line.steps.length > 0);
        if (!lines.some(line => line.steps.length > 1)) return null;
        const chart = new Chart("score-" + at, metric, lines);
        charts.all.push(chart);
        return chart.element;
    }).filter(chart => chart);
    return made.length ? make("div", { className: "charts" }, made) : null;
}

function curveTools() {
    const log = make("input", { type: "checkbox", id: "log", checked: charts.log });
    log.addEventListener("change", () => { charts.log = log.checked; redraw(); });
    const [from, to] = ["from", "to"].map(name => make("input", { type: "number", id: "zoom-" + name, min: "0" }));
    const all = make("button", { type: "button" }, "Show all");
    const first = () => Math.min(...charts.all.map(chart => chart.data[0][0] ?? Infinity));
    const last = () => Math.max(...charts.all.map(chart => chart.data[0].at(-1) ?? 0));
    charts.onZoom = () => { [from.value, to.value] = charts.range ? charts.range.map(v => String(Math.round(v))) : ["", ""]; };
    for (const input of [from, to]) {
        input.addEventListener("change", () => from.value || to.value
            ? zoom([from.value ? Number(from.value) : first(), to.value ? Number(to.value) : last()]) : zoom(null));
    }
    all.addEventListener("click", () => zoom(null));
    return make("div", { className: "row" }, make("label", {}, log, " Log scale"),
        make("span", { className: "row" }, make("label", { htmlFor: "zoom-from" }, "Steps from"), from,
            make("label", { htmlFor: "zoom-to" }, "to"), to, all));
}

function head(run) {
    const states = { running: "training", done: "finished", stopped: "stopped" };
    const dark = make("button", { type: "button", attr: { "aria-pressed": String(theme.dark) } }, "Dark");
    dark.addEventListener("click", () => {
        theme.set(!theme.dark);
        dark.setAttribute("aria-pressed", String(theme.dark));
    });
    return [
        make("div", { className: "row", id: "title-row" }, make("h1", {}, run.name),
            make("span", { className: "state " + run.state, id: "state" }, states[run.state]), dark),
        make("p", { id: "progress-text" }), make("progress", { id: "progress", attr: { "aria-label": "Steps done" } }),
    ];
}

function progressText(run) {
    const parts = [`step ${whole(run.step)} of ${whole(run.steps)}`, run.summary];
    const pace = lastOf(run.curves.series.images_per_second ?? []);
    if (run.state === "running" && pace) parts.push(`${short(pace)} images/s`);
    document.getElementById("progress-text").textContent = parts.join(" · ");
    Object.assign(document.getElementById("progress"), { max: Math.max(1, run.steps), value: run.step });
}

function scoresPart(runs) {
    const all = runs.flatMap(run => run.scores.map(score => ({ run, score })));
    if (all.length === 0) return make("p", { className: "dim" }, "Nothing was measured yet; ssgan eval computes scores.");
    const rows = all.map(({ run, score }) => [score.metric + (runs.length > 1 ? ` (${run.name})` : ""), short(score.value),
        score.deviation === null ? "" : "± " + short(score.deviation), score.step === null ? "" : whole(score.step), score.of,
        make("details", {}, make("summary", {}, "receipt"), make("pre", {}, JSON.stringify(score.receipt, null, 1)))]);
    return [scoreCharts(), make("div", { className: "card" },
        table("Scores", ["score", "value", "seeds", "step", "computed from", "all that it depends on"], rows, [1, 2, 3]))];
}

/** The whole page of one or two runs. */
function render() {
    const run = page.runs[0];
    charts.all = [];
    document.title = page.runs.map(r => r.name).join(" and ");
    document.getElementById("head").replaceChildren(...(page.chooser?.() ?? []), ...head(run));
    const here = groupsHere();
    page.sheets = new Sheets(page.runs);
    const curves = here.filter(group => !group.health), health = here.filter(group => group.health);
    const parts = [
        run.sheets.items.length > 0 && section("samples", "Samples", page.sheets.element),
        page.live && page.drawing?.(),
        here.length > 0 && section("curves", "Curves", curveTools(), make("p", { className: "dim" }, curveRemark(run)),
            chartsOf(curves)),
        health.length > 0 && section("health", "Health", chartsOf(health)),
        section("scores", "Scores", scoresPart(page.runs)),
        section("settings", "Settings", page.runs.map(settingsPart)),
        section("machine", "Machine", page.runs.map(machinePart)),
        section("repeat", "Repeat it", page.runs.map(r => [make("pre", { tabIndex: 0 }, r.command), copyButton(r.command)])),
        run.notes.length > 0 && section("notes", "Left out", run.notes.map(note => make("p", { className: "note" }, note))),
    ].filter(part => part);
    document.getElementById("content").replaceChildren(...parts);
    document.getElementById("sections").replaceChildren(...parts.map(part =>
        make("a", { href: "#" + part.id }, part.querySelector("h2").textContent)));
    document.getElementById("foot").textContent =
        `Made by ssgan ${run.version} on ${run.made}. Charts: uPlot, MIT licence, by Leon Sorokin.`;
    progressText(run);
    redraw();
}

const curveRemark = run => run.curves.perPoint > 1
    ? `${whole(run.curves.lines)} log lines; of each ${whole(run.curves.perPoint)} the lowest and the highest value is drawn. `
        + "Drag to zoom, double-click to see all."
    : `${whole(run.curves.lines)} log lines. Drag to zoom, double-click to see all.`;

const settingsPart = run => make("div", { className: "settings" }, run.settings.map(group => make("div", { className: "card" },
    table(group.title + (page.runs.length > 1 ? `, ${run.name}` : ""), null, group.values))));

const machinePart = run => run.starts.length === 0
    ? make("p", { className: "dim" }, "This run was made before machines were written down.")
    : run.starts.map((start, i) => make("div", { className: "card" }, table(
        (run.starts.length > 1 ? `Start ${i + 1}, from step ${whole(start.step)}` : "Where it ran")
            + (page.runs.length > 1 ? `, ${run.name}` : ""), null, start.facts)));

function copyButton(text) {
    const button = make("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = "Copied";
        }
        catch {
            button.textContent = "Select the text to copy it";
        }
    });
    return button;
}

/** Puts new numbers of the same runs into the page as it stands. */
function refresh() {
    const known = charts.all.filter(chart => chart.group).map(chart => chart.group.id).join();
    const scores = page.runs.reduce((sum, run) => sum + run.scores.length, 0);
    const now = groupsHere().sort((a, b) => Boolean(a.health) - Boolean(b.health)).map(group => group.id).join();
    const hasSheets = Boolean(document.getElementById("samples")) === page.runs[0].sheets.items.length > 0;
    if (known !== now || scores !== page.scores || !hasSheets) render();
    else {
        for (const chart of charts.all) if (chart.group) chart.update(linesOf(chart.group));
        page.sheets.update(page.runs);
        progressText(page.runs[0]);
    }
    page.scores = scores;
}

addEventListener("DOMContentLoaded", () => {
    theme.begin();
    theme.listeners.push(redraw);
    const data = JSON.parse(document.getElementById("data").textContent);
    if (data.live) return begin();
    page.runs = data.runs;
    render();
});
