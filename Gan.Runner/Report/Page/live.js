"use strict";
// What the served page has and a saved one does not: a choice of runs, news of them, and images drawn on demand.

const live = { names: [], chosen: [], streams: [] };
const address = (name, part) => `/runs/${encodeURIComponent(name)}/${part}`;

async function fetched(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error((await answer.text()) || `the server answered ${answer.status}`);
    return answer.json();
}

async function begin() {
    page.live = true;
    page.chooser = chooser;
    page.drawing = drawing;
    try {
        const { runs } = await fetched("/runs");
        live.names = runs;
        const asked = new URLSearchParams(location.search).getAll("run").filter(name => runs.some(run => run.name === name));
        if (runs.length === 0) {
            document.getElementById("content").append(make("p", {}, "There is no run here yet."));
            return;
        }
        await choose(asked.length ? asked.slice(0, 2) : [runs[0].name]);
    }
    catch (error) {
        failed(error);
    }
}

function failed(error) {
    document.getElementById("content").replaceChildren(make("p", { attr: { role: "alert" } }, error.message));
}

async function choose(names) {
    for (const stream of live.streams) stream.close();
    live.chosen = names;
    const search = new URLSearchParams();
    for (const name of names) search.append("run", name);
    history.replaceState(null, "", "/?" + search);
    try {
        page.runs = await Promise.all(names.map(name => fetched(address(name, "report"))));
    }
    catch (error) {
        document.getElementById("head").replaceChildren(...chooser());
        return failed(error);
    }
    charts.range = null;
    render();
    page.scores = page.runs.reduce((sum, run) => sum + run.scores.length, 0);
    live.streams = names.map((name, i) => follow(name, i));
}

/** News of a run: its document, each time that something has come. */
function follow(name, i) {
    const stream = new EventSource(address(name, "news"));
    stream.addEventListener("report", event => {
        if (live.chosen[i] !== name) return;
        page.runs[i] = JSON.parse(event.data);
        refresh();
        const state = document.getElementById("state");
        state.className = "state " + page.runs[0].state;
        state.textContent = { running: "training", done: "finished", stopped: "stopped" }[page.runs[0].state];
    });
    return stream;
}

function chooser() {
    const pick = (id, label, chosen, none) => {
        const select = make("select", { id }, none && make("option", { value: "" }, none),
            live.names.map(run => make("option", { value: run.name, selected: run.name === chosen },
                `${run.name} (${run.state === "running" ? "training" : run.state}, step ${whole(run.step)})`)));
        select.addEventListener("change", () => choose(
            [document.getElementById("run").value, document.getElementById("beside").value].filter(name => name)));
        return [make("label", { htmlFor: id }, label), select];
    };
    return [make("div", { className: "row" }, pick("run", "Run", live.chosen[0]),
        pick("beside", "beside", live.chosen[1], "no other"))];
}

/** Sliders of seed, of the way to another seed and of the class; the newest checkpoint draws. */
function drawing() {
    const run = page.runs[0];
    if (run.checkpoint === null) return null;
    const number = (id, label, value) => [make("label", { htmlFor: id }, label),
        make("input", { type: "number", id, min: "0", max: "1000000000", step: "1", value: String(value) })];
    const slider = (id, label, max) => [make("label", { htmlFor: id }, label),
        make("input", { type: "range", id, min: "0", max: String(max), value: "0" })];
    const classes = run.classes.length > 0 && make("div", {}, make("label", { htmlFor: "draw-class" }, "Class"), make("br"),
        make("select", { id: "draw-class" }, run.classes.map((text, i) => make("option", { value: String(i) }, text))));
    const image = make("img", { alt: "An image drawn by the newest checkpoint", hidden: true });
    const said = make("p", { className: "dim", id: "drawn-text", attr: { role: "status" } });
    const part = section("draw", "Draw", make("div", { className: "card draw" }, make("div", { className: "controls" },
        make("div", {}, slider("draw-slide", "Seed, by hand", 999), number("draw-seed", "Seed", 0)),
        make("div", {}, slider("draw-way", "Way to the other seed", 100), number("draw-to", "Other seed", 1)), classes),
        make("div", { className: "drawn" }, image, said)));
    let waiting = null, busy = false, again = false;
    const value = id => part.querySelector("#" + id)?.value ?? "";
    const draw = async () => {
        if (busy) { again = true; return; }
        busy = true;
        const query = new URLSearchParams({ seed: value("draw-seed") || "0", to: value("draw-to") || "0",
            way: String(Number(value("draw-way")) / 100) });
        if (run.classes.length > 0) query.set("class", value("draw-class"));
        try {
            const answer = await fetch(address(run.name, "draw") + "?" + query);
            if (!answer.ok) throw new Error(await answer.text());
            const old = image.src;
            image.src = URL.createObjectURL(await answer.blob());
            image.hidden = false;
            if (old) URL.revokeObjectURL(old);
            said.textContent = `Step ${whole(Number(answer.headers.get("X-Step")))}, seed ${query.get("seed")}`
                + (query.get("way") === "0" ? ""
                    : `, ${Math.round(Number(query.get("way")) * 100)}% of the way to seed ${query.get("to")}`);
        }
        catch (error) {
            said.textContent = error.message;
        }
        busy = false;
        if (again) { again = false; draw(); }
    };
    part.addEventListener("input", event => {
        if (event.target.id === "draw-slide") part.querySelector("#draw-seed").value = event.target.value;
        clearTimeout(waiting);
        waiting = setTimeout(draw, 120);
    });
    draw();
    return part;
}
