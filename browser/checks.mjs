// What pages are held to.
import assert from 'node:assert/strict';

/** What a screen reader needs: names, texts, an order of headings, and a focus that goes through the page as it reads. */
export async function accessible(p) {
    const problems = await p.evaluate(() => {
        const found = [];
        const nameOf = e => e.getAttribute('aria-label') ?? (e.labels?.[0]?.textContent || e.textContent).trim();
        for (const e of document.querySelectorAll('button, a[href], input, select, [tabindex="0"], progress'))
            if (!nameOf(e)) found.push(`${e.outerHTML.slice(0, 80)} has no name`);
        for (const e of document.querySelectorAll('img')) if (!e.hidden && !e.alt) found.push('a picture has no text');
        for (const e of document.querySelectorAll('[aria-labelledby], [for]')) {
            const id = e.getAttribute('aria-labelledby') ?? e.getAttribute('for');
            if (!document.getElementById(id)) found.push(`${id} is nowhere`);
        }
        let level = 0;
        for (const e of document.querySelectorAll('h1, h2, h3')) {
            if (Number(e.tagName[1]) > level + 1) found.push(`${e.textContent} skips a level`);
            level = Number(e.tagName[1]);
        }
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        if (new Set(ids).size < ids.length) found.push('an id is there twice');
        if (document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])')) found.push('an order of its own');
        if (!document.documentElement.lang || !document.title) found.push('no language or title');
        return found;
    });
    assert.deepEqual(problems, []);
}

/** How far two colours stand apart [WCAG 2.2, contrast ratio]. */
export function contrast(one, other) {
    const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
}
