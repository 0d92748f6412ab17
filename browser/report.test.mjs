// The page of a run in a real browser: curves, slider, themes, a phone's width, the keyboard, and no network.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { open } from './browser.mjs';
import { accessible, contrast } from './checks.mjs';
import { folder, ssgan, train } from './program.mjs';

let page;
const shots = process.env.SCREENSHOTS;

before(async () => {
    const run = join(folder, 'runs', 'report');
    await train(run, ['--steps', '60', '--log-every', '1', '--sample-every', '10', '--model', 'ssgan']);
    page = pathToFileURL(join(run, 'report.html')).href;
    if (shots) mkdirSync(shots, { recursive: true });
}, { timeout: 300_000 });

const shot = (p, name) => shots && p.screenshot({ path: join(shots, name + '.png'), fullPage: true });

/** Pixels of a canvas that are of no grid or background: of a curve's colour. */
const inked = canvas => canvas.evaluate(c => {
    const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
        const [r, g, b, a] = data.slice(i, i + 4);
        if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured++;
    }
    return coloured;
});

test('curves are drawn, in bounds, without complaints or requests', async () => {
    const requests = [];
    const { page: p, complaints } = await open('about:blank', { viewport: { width: 1280, height: 900 } });
    p.on('request', request => requests.push(request.url()));
    await p.goto(page);
    const canvases = p.locator('.uplot canvas');
    assert.ok(await canvases.count() >= 8);
    for (const canvas of await canvases.all())
        assert.ok(await inked(canvas) > 30, await canvas.evaluate(c => c.closest('figure').id));
    assert.deepEqual(requests.filter(url => !url.startsWith('data:')), [page]);
    assert.deepEqual(complaints, []);
    assert.equal(await p.locator('h1').textContent(), 'report');
    const text = await p.locator('main').innerText();
    assert.doesNotMatch(text, /\[object|undefined|NaN/);
    for (const part of ['Other than preset tiny', '--log-every 1', 'ssgan train --preset tiny', 'logical processors'])
        assert.ok(text.includes(part), part);
    await shot(p, 'report');
});

test('the log scale, zooming by steps and switching a line off change what is drawn', async () => {
    const { page: p, complaints } = await open(page, { viewport: { width: 1280, height: 900 } });
    const picture = () => p.locator('#chart-gradients canvas').evaluate(c => c.toDataURL());
    const linear = await picture();
    await p.getByLabel('Log scale').check();
    const log = await picture();
    assert.notEqual(log, linear);
    await p.getByLabel('Steps from').fill('20');
    await p.getByLabel('to', { exact: true }).fill('30');
    await p.getByLabel('to', { exact: true }).press('Enter');
    const zoomed = await picture();
    assert.notEqual(zoomed, log);
    await p.getByRole('button', { name: 'Show all' }).click();
    assert.equal(await p.getByLabel('Steps from').inputValue(), '');
    assert.equal(await picture(), log);
    const key = p.locator('#chart-gradients .keys button').first();
    await key.click();
    assert.equal(await key.getAttribute('aria-pressed'), 'false');
    assert.notEqual(await picture(), log);
    // Dragging over a chart zooms all of them.
    await key.click();
    await p.locator('#chart-loss .u-over').scrollIntoViewIfNeeded();
    const box = await p.locator('#chart-loss .u-over').boundingBox();
    await p.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await p.mouse.down();
    await p.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
    await p.mouse.up();
    assert.ok(Math.abs(Number(await p.getByLabel('Steps from').inputValue()) - 16) <= 2);
    assert.notEqual(await picture(), log);
    assert.deepEqual(complaints, []);
});

test('the slider goes through the sheets by keyboard and says where it is', async () => {
    const { page: p } = await open(page);
    const slider = p.getByLabel('Step of the sheet'), image = p.locator('.sheet img');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'step 60');
    const newest = await image.getAttribute('src');
    await slider.focus();
    await p.keyboard.press('Home');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'step 0');
    assert.equal(await image.getAttribute('alt'), 'Samples of report after step 0');
    assert.notEqual(await image.getAttribute('src'), newest);
    assert.ok(await image.evaluate(async i => { await i.decode(); return i.naturalWidth > 60; }));
    await p.keyboard.press('ArrowRight');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'step 10');
});

test('a chart is read and zoomed by keyboard', async () => {
    const { page: p } = await open(page);
    const chart = p.locator('#chart-loss');
    await chart.focus();
    await p.keyboard.press('ArrowRight');
    assert.match(await p.locator('#said').textContent(), /^Step 1: loss_d -?[\d.]+/);
    await p.keyboard.press('PageDown');
    assert.match(await p.locator('#said').textContent(), /^Step 11: /);
    await p.keyboard.press('+');
    assert.notEqual(await p.getByLabel('Steps from').inputValue(), '');
    await p.keyboard.press('0');
    assert.equal(await p.getByLabel('Steps from').inputValue(), '');
    assert.match(await chart.getAttribute('aria-label'), /^Losses, steps 1 to 60: loss_d last/);
});

test('dark and light differ and both are readable', async () => {
    for (const colorScheme of ['light', 'dark']) {
        const { page: p, complaints } = await open(page, { colorScheme, viewport: { width: 1280, height: 900 } });
        const [back, ink, dim] = await p.evaluate(() => {
            const style = getComputedStyle(document.body);
            return [style.backgroundColor, style.color, getComputedStyle(document.querySelector('.dim')).color]
                .map(c => c.match(/\d+/g).map(Number));
        });
        assert.equal(back[0] < 128, colorScheme === 'dark');
        // WCAG 2.2, 1.4.3: 4.5 to 1.
        for (const text of [ink, dim]) assert.ok(contrast(text, back) >= 4.5, `${text} on ${back}`);
        await shot(p, 'report-' + colorScheme);
        const before = await p.locator('#chart-loss canvas').evaluate(c => c.toDataURL());
        await p.getByRole('button', { name: 'Dark' }).click();
        assert.notEqual(await p.locator('#chart-loss canvas').evaluate(c => c.toDataURL()), before);
        assert.deepEqual(complaints, []);
    }
});

test("nothing sticks out on a phone's width", async () => {
    const { page: p } = await open(page, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    assert.equal(await p.evaluate(() => document.documentElement.scrollWidth), 360);
    for (const canvas of await p.locator('.uplot').all()) assert.ok((await canvas.boundingBox()).width <= 340);
    await shot(p, 'report-phone');
});

test('every control has a name, every picture a text, headings go down one by one', async () => {
    const { page: p } = await open(page);
    await accessible(p);
});

test('scores stand over their steps, each with its receipt', async () => {
    const run = join(folder, 'runs', 'scored');
    await train(run, ['--steps', '4']);
    const receipt = (metric, step, value) => JSON.stringify({ metric, value, deviation: 0.5, values: [value], seeds: [0],
        protocol: 'standard', network: 'ResNet-18', networkSha256: 'ab12', resize: 'bilinear', parameters: { k: '3' },
        images: { name: 'scored', hash: 'cd34', count: 2000, step }, arithmetic: 'F32', device: 'cpu', version: '1',
        date: '2026-01-01T00:00:00Z' }) + '\n';
    writeFileSync(join(run, 'scores.jsonl'), receipt('FD-ResNet18', 2, 250.5) + receipt('FD-ResNet18', 4, 199.25)
        + receipt('precision', 4, 0.25) + '{"metric":"torn');
    await ssgan(['report', run]);
    const { page: p, complaints } = await open(pathToFileURL(join(run, 'report.html')).href);
    assert.equal(await p.locator('#scores figure').count(), 1, 'One point is no curve.');
    assert.ok(await inked(p.locator('#scores canvas')) > 30);
    const row = p.locator('#scores .card > .scroll tbody tr').nth(1);
    assert.match(await row.innerText(), /FD-ResNet18\s+199.3\s+± 0.5\s+4\s+2,000 drawn, protocol standard, ResNet-18/);
    await row.getByText('receipt').click();
    assert.match(await row.locator('pre').innerText(), /"networkSha256": "ab12"/);
    assert.match(await p.locator('#notes').innerText(), /1 lines of scores.jsonl are no receipts/);
    await shot(p, 'report-scores');
    assert.deepEqual(complaints, []);
});

test('a damaged page of numbers shows no markup', async () => {
    const name = '<img src=x onerror=window.caught=1>';
    const run = join(folder, name);
    await train(run, ['--steps', '1']);
    await ssgan(['report', run, '--out', join(folder, 'escaped.html')]);
    const { page: p, complaints } = await open(pathToFileURL(join(folder, 'escaped.html')).href);
    assert.equal(await p.locator('h1').textContent(), name);
    assert.equal(await p.evaluate(() => window.caught), undefined);
    assert.equal(await p.locator('img[src=x]').count(), 0);
    assert.deepEqual(complaints, []);
});
