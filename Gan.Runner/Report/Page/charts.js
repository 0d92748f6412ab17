"use strict";

/** Which numbers stand on one chart: a title, and whether a name is on it. The last takes the rest, each on its own. */
const groups = [
    { id: "loss", title: "Losses", has: name => name.startsWith("loss") },
    { id: "rotation", title: "Rotation accuracy (chance is 0.25)", has: name => name.startsWith("rotation_accuracy") },
    { id: "logits", title: "Mean logits", has: name => name === "d_real" || name === "d_fake", health: true },
    { id: "gradients", title: "Gradient norms", has: name => name.startsWith("grad_norm"), health: true },
    { id: "sigma", title: "Largest singular value of each layer", has: name => name.startsWith("sigma."), health: true,
        label: name => name.slice("sigma.".length) },
    { id: "augment", title: "Augmentation", has: name => name.startsWith("augment_"), health: true },
    { id: "pace", title: "Images per second", has: name => name === "images_per_second" },
    { id: "rate", title: "Learning rate", has: name => name === "learning_rate" },
    { id: "memory", title: "Device memory, MiB", has: name => name === "live_bytes" || name === "peak_bytes",
        scale: 1 / 1048576 },
];
groups[1].health = true;
const hiddenNumbers = ["elapsed_seconds"];

const charts = { all: [], log: false, range: null };

/** The lines of one chart: of each run its steps and, for each name, its values; the steps of all are merged. */
function merged(lines, scale) {
    if (lines.every(line => line.steps === lines[0].steps))
        return [lines[0].steps, ...lines.map(line => scaled(line.values, scale))];
    return uPlot.join(lines.map(line => [line.steps, scaled(line.values, scale)]), lines.map(() => [2]));
}

const scaled = (values, scale) => scale ? values.map(value => value === null ? null : value * scale) : values;

/** A chart with its keys, its table of values, and the keyboard: arrows read points, + and - zoom, 0 shows all. */
class Chart {
    constructor(id, title, lines, scale) {
        this.title = title;
        this.scale = scale;
        this.lines = lines;
        this.hidden = new Set();
        this.plotted = make("div", { className: "plot" });
        this.keys = make("div", { className: "keys" });
        this.values = make("details", {}, make("summary", {}, "Values as a table"));
        this.element = make("figure", { className: "card chart", id: "chart-" + id, tabIndex: 0 }, make("h3", {}, title),
            this.plotted, this.keys, this.values);
        this.element.style.margin = "0";
        this.element.setAttribute("role", "group");
        this.element.setAttribute("aria-roledescription", "chart");
        this.element.addEventListener("keydown", event => this.pressed(event));
        this.values.addEventListener("toggle", () => this.tabulate());
        this.update(lines);
    }

    /** New values of the same or other lines. */
    update(lines) {
        this.lines = lines;
        this.data = merged(lines, this.scale);
        this.describe();
        this.makeKeys();
        if (this.values.open) this.tabulate();
        // The same lines take their new values where they stand.
        const names = lines.map(line => line.label).join("\n");
        if (this.plot && names === this.names) this.plot.setData(this.data, false);
        if (this.plot && names === this.names) this.fit();
        else if (this.plotted.isConnected) this.draw();
        this.names = names;
    }

    describe() {
        const parts = this.data.slice(1).map((values, i) => {
            const known = values.filter(value => value !== null && value !== undefined);
            if (known.length === 0) return this.lines[i].label + " has no values";
            return `${this.lines[i].label} last ${short(known.at(-1))}, from ${short(lowest(known))} to ${short(highest(known))}`;
        });
        const steps = this.data[0];
        const span = steps.length ? `, steps ${whole(steps[0])} to ${whole(steps.at(-1))}` : "";
        this.element.setAttribute("aria-label",
            `${this.title}${span}: ${parts.slice(0, 8).join("; ")}. Arrow keys read points, plus and minus zoom, 0 shows all.`);
    }

    makeKeys() {
        this.keys.replaceChildren(...this.lines.map((line, i) => {
            const swatch = make("span", { className: "swatch" + (line.second ? " second" : "") });
            swatch.style.borderTopColor = `var(--c${line.colour})`;
            const value = make("b", {}, short(lastOf(this.data[i + 1])));
            const key = make("button", { type: "button", attr: { "aria-pressed": String(!this.hidden.has(line.label)) } }, swatch,
                line.label, " ", value);
            key.addEventListener("click", () => {
                if (!this.hidden.delete(line.label)) this.hidden.add(line.label);
                key.setAttribute("aria-pressed", String(!this.hidden.has(line.label)));
                this.plot?.setSeries(i + 1, { show: !this.hidden.has(line.label) });
            });
            line.value = value;
            return key;
        }));
    }

    draw() {
        this.plot?.destroy();
        const [ink, grid] = [theme.colour("dim"), theme.colour("grid")];
        const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: "12px system-ui" };
        const lowestValue = lowest(this.data.slice(1).map(values => lowest(values.filter(v => v !== null && v !== undefined))));
        const logs = lowestValue > 0 ? { distr: 3 } : { distr: 4, asinh: .1 };
        const few = this.data[0].length < 40;
        this.plot = new uPlot({
            width: Math.max(200, this.plotted.clientWidth), height: 240, legend: { show: false },
            cursor: { sync: { key: "steps" }, drag: { x: true, y: false, setScale: false } },
            scales: { x: { time: false }, y: charts.log ? logs : {} },
            axes: [{ ...axis, incrs: wholeSteps, values: (u, ticks) => ticks.map(v => v >= 10000 ? v / 1000 + "k" : v) },
                { ...axis, size: 58, values: (u, ticks) => ticks.map(v => v === null ? "" : tick(v)) }],
            series: [{}, ...this.lines.map(line => ({
                label: line.label, show: !this.hidden.has(line.label), stroke: theme.colour("c" + line.colour), width: 1.6,
                dash: line.second ? [6, 4] : undefined, spanGaps: true, points: { show: few, size: 5 },
            }))],
            hooks: {
                setCursor: [u => this.read(u.cursor.idx)],
                setSelect: [u => {
                    const { left, width } = u.select;
                    if (width < 2) return;
                    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
                    zoom([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
                }],
                ready: [u => u.over.addEventListener("dblclick", () => zoom(null))],
            },
        }, this.data, this.plotted);
        this.plot.root.setAttribute("aria-hidden", "true");
        this.fit();
    }

    /** Shows the part of the steps that all charts show. */
    fit() {
        const steps = this.data[0];
        if (!this.plot || steps.length === 0) return;
        const [from, to] = charts.range ?? [steps[0], steps.at(-1)];
        this.plot.setScale("x", { min: from, max: to > from ? to : from + 1 });
    }

    /** Writes the values at a point beside their names; the last ones where there is none. */
    read(at) {
        this.lines.forEach((line, i) => { line.value.textContent =
            short(at === null || at === undefined ? lastOf(this.data[i + 1]) : this.data[i + 1][at]); });
    }

    pressed(event) {
        if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey || !this.plot) return;
        const steps = this.data[0];
        const [from, to] = charts.range ?? [steps[0], steps.at(-1)];
        const middle = steps[this.at ?? -1] ?? (from + to) / 2, quarter = (to - from) / 4;
        const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
        if (move) {
            this.at = Math.min(steps.length - 1, Math.max(0, (this.at ?? (move > 0 ? -1 : steps.length)) + move));
            this.plot.setCursor({ left: this.plot.valToPos(steps[this.at], "x"), top: 20 });
            this.read(this.at);
            say(`Step ${whole(steps[this.at])}: `
                + this.lines.map((line, i) => `${line.label} ${short(this.data[i + 1][this.at])}`).slice(0, 8).join(", "));
        }
        else if (event.key === "+" || event.key === "=") zoom([middle - quarter, middle + quarter]);
        else if (event.key === "-")
            zoom([Math.max(steps[0], middle - 4 * quarter), Math.min(steps.at(-1), middle + 4 * quarter)]);
        else if (event.key === "0" || event.key === "Escape") zoom(null);
        else return;
        event.preventDefault();
    }

    tabulate() {
        if (!this.values.open) return;
        const rows = this.lines.map((line, i) => {
            const known = this.data[i + 1].filter(value => value !== null && value !== undefined);
            return [line.label, short(known[0]), short(lowest(known)), short(highest(known)), short(known.at(-1))];
        });
        this.values.replaceChildren(this.values.firstChild,
            table(this.title, ["", "first", "lowest", "highest", "last"], rows, [1, 2, 3, 4]));
    }
}

/** Distances of marks at the axis of steps: 1, 2, 5, 10, ... */
const wholeSteps = Array.from({ length: 30 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

const lowest = values => values.reduce((a, b) => Math.min(a, b), Infinity);
const highest = values => values.reduce((a, b) => Math.max(a, b), -Infinity);
const lastOf = values => { for (let i = values.length - 1; i >= 0; i--) if (values[i] != null) return values[i]; return null; };

/** Shows a part of the steps on all charts; null shows all. */
function zoom(range) {
    charts.range = range && range[1] > range[0] ? range : null;
    for (const chart of charts.all) chart.fit();
    charts.onZoom?.();
}

function redraw() {
    for (const chart of charts.all) chart.draw();
}

addEventListener("resize", () => {
    for (const chart of charts.all) {
        const width = Math.max(200, chart.plotted.clientWidth);
        if (chart.plot && chart.plot.width !== width) chart.plot.setSize({ width, height: 240 });
    }
});
