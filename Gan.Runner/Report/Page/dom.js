"use strict";
// Everything that is shown goes through text nodes, so that no name can become markup.

/** An element with properties, attributes (in "attr"), and children: elements or texts. */
function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties ?? {})) {
        if (name === "attr") for (const [key, text] of Object.entries(value)) element.setAttribute(key, text);
        else element[name] = value;
    }
    element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
    return element;
}

const say = text => { document.getElementById("said").textContent = text; };

/** A number with about four places. */
function short(value) {
    if (value === null || value === undefined || !Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
    return size >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(4)));
}

/** A number beside an axis. */
const tick = value => value !== 0 && Math.abs(value) < 1e-3 ? Number(value.toPrecision(3)).toExponential() : short(value);

const whole = value => Math.round(value).toLocaleString("en");

/** A section with a heading that the list of sections leads to. */
function section(id, title, ...children) {
    return make("section", { id, attr: { "aria-labelledby": id + "-title" } },
        make("div", { className: "row head" }, make("h2", { id: id + "-title" }, title)), children);
}

/** A table of rows of texts; the first column names its row, numbers stand to the right. */
function table(caption, columns, rows, numbers = []) {
    const side = i => numbers.includes(i) ? "n" : "";
    return make("div", { className: "scroll", tabIndex: 0, attr: { role: "region", "aria-label": caption } },
        make("table", {},
            make("caption", {}, caption),
            columns && make("thead", {}, make("tr", {},
                columns.map((text, i) => make("th", { scope: "col", className: side(i) }, text)))),
            make("tbody", {}, rows.map(row => make("tr", {}, row.map((cell, i) => i === 0
                ? make("th", { scope: "row" }, cell) : make("td", { className: side(i) }, cell)))))));
}

const theme = {
    listeners: [],
    get dark() { return document.documentElement.dataset.theme === "dark"; },
    colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); },
    set(dark) {
        document.documentElement.dataset.theme = dark ? "dark" : "light";
        for (const listener of this.listeners) listener();
    },
    begin() {
        const system = matchMedia("(prefers-color-scheme: dark)");
        this.set(system.matches);
        system.addEventListener("change", event => this.set(event.matches));
    },
};
