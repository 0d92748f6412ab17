"use strict";

/** The sheets of samples of one or two runs, moved through by one slider; of a second run the sheet nearest in steps. */
class Sheets {
    constructor(runs) {
        this.at = null;
        this.range = make("input", { type: "range", id: "sheet-step", min: "0" });
        this.shown = make("output", { attr: { for: "sheet-step" } });
        this.play = make("button", { type: "button" }, "Play");
        this.pictures = make("div", { className: "sheets" });
        this.remark = make("p", { className: "dim" });
        this.element = make("div", { className: "card" }, this.pictures, make("div", { className: "slide" }, this.play,
            make("div", {}, make("label", { htmlFor: "sheet-step", className: "quiet" }, "Step of the sheet"), this.range),
            this.shown), this.remark);
        this.range.addEventListener("input", () => { this.at = Number(this.range.value); this.show(); });
        this.play.addEventListener("click", () => this.toggle());
        this.update(runs);
    }

    /** New sheets; whoever looks at the newest one keeps seeing the newest. */
    update(runs) {
        const newest = this.at === null || this.at >= this.count - 1;
        this.runs = runs;
        const items = runs[0].sheets.items;
        this.count = items.length;
        this.range.max = String(Math.max(0, items.length - 1));
        this.range.disabled = this.play.disabled = items.length < 2;
        if (newest || this.at >= items.length) this.at = Math.max(0, items.length - 1);
        this.remark.textContent = runs.map(run => run.sheets).filter(sheets => sheets.all > sheets.items.length)
            .map(sheets => `${sheets.items.length} of ${whole(sheets.all)} sheets are shown here, evenly spaced.`).join(" ");
        this.show();
    }

    show() {
        const items = this.runs[0].sheets.items;
        const step = items[this.at]?.step ?? 0;
        this.range.value = String(this.at);
        const text = items.length ? `step ${whole(step)}` : "no sheet yet";
        this.range.setAttribute("aria-valuetext", text);
        this.shown.textContent = text;
        this.runs.forEach((run, i) => {
            const sheet = nearest(run.sheets.items, step);
            const figure = this.pictures.children[i] ?? this.pictures.appendChild(
                make("figure", { className: "sheet" }, make("img", {}), make("figcaption", { className: "dim" })));
            figure.style.margin = "0";
            const [image, caption] = figure.children;
            image.hidden = !sheet;
            if (sheet && image.getAttribute("src") !== sheet.src) image.src = sheet.src;
            image.alt = sheet ? `Samples of ${run.name} after step ${whole(sheet.step)}` : "";
            caption.textContent = this.runs.length > 1 ? `${run.name}${sheet ? `, step ${whole(sheet.step)}` : ""}` : "";
        });
        while (this.pictures.children.length > this.runs.length) this.pictures.lastChild.remove();
    }

    toggle() {
        if (this.timer) {
            clearInterval(this.timer);
            this.timer = null;
        }
        else {
            const count = this.runs[0].sheets.items.length;
            if (this.at >= count - 1) this.at = -1;
            this.timer = setInterval(() => {
                this.at++;
                this.show();
                if (this.at >= this.runs[0].sheets.items.length - 1) this.toggle();
            }, 350);
        }
        this.play.textContent = this.timer ? "Pause" : "Play";
    }
}

const nearest = (items, step) =>
    items.reduce((best, item) => !best || Math.abs(item.step - step) < Math.abs(best.step - step) ? item : best, null);
