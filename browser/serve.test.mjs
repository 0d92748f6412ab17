// Runs that are served: live news, two runs beside each other, images on demand.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { folder, start, train, training } from './program.mjs';
import { accessible } from './checks.mjs';

const shots = process.env.SCREENSHOTS;
const runs = join(folder, 'runs');
let server, address;

before(async () => {
    await train(join(runs, '0001-first'), ['--steps', '40', '--log-every', '1', '--sample-every', '10', '--lr', '0.001']);
    await train(join(runs, '0002-classes'), ['--steps', '30', '--log-every', '1', '--sample-every', '10', '--model', 'cgan-pd']);
    server = await start(['serve', runs, '--port', '0'], /at (http:\S+\/);/);
    address = server.match[1];
    if (shots) mkdirSync(shots, { recursive: true });
}, { timeout: 300_000 });

after(() => server?.stop());

/** A page that turns to another run stops following the one before. */
const counts = complaint => !/\/news: net::ERR_ABORTED$/.test(complaint);

const shot = (p, name) => shots && p.screenshot({ path: join(shots, name + '.png'), fullPage: true });

test('a run that trains is followed', { timeout: 300_000 }, async () => {
    const run = await training(join(runs, '0003-live'), ['--steps', '100000', '--log-every', '5', '--sample-every', '50',
        '--checkpoint-every', '50'], /step=0*5\//);
    try {
        const { page, complaints } = await open(address + '?run=0003-live');
        await page.locator('#progress-text').waitFor();
        assert.equal(await page.locator('#state').textContent(), 'training');
        const step = async () => Number((await page.locator('#progress-text').textContent())
            .match(/step ([\d,]+)/)[1].replace(',', ''));
        const first = await step();
        await page.waitForFunction(was => Number(document.getElementById('progress-text').textContent
            .match(/step ([\d,]+)/)[1].replace(',', '')) > was + 10, first, { timeout: 60_000 });
        await page.waitForFunction(() => document.querySelector('.slide output')?.textContent.match(/step ([1-9]\d*)/), null,
            { timeout: 120_000 });
        // A sheet that somebody looks at stays while newer ones come.
        await page.getByLabel('Step of the sheet').focus();
        await page.keyboard.press('Home');
        const most = await page.getByLabel('Step of the sheet').getAttribute('max');
        await page.waitForFunction(was => document.getElementById('sheet-step').max !== was, most, { timeout: 120_000 });
        assert.equal(await page.locator('.slide output').textContent(), 'step 0');
        await shot(page, 'serve-live');
        assert.deepEqual(complaints.filter(counts), []);
    }
    finally {
        await run.stop();
    }
});

test('two runs stand beside each other', async () => {
    const { page, complaints } = await open(address + '?run=0001-first', { viewport: { width: 1280, height: 900 } });
    await page.getByLabel('beside').selectOption('0002-classes');
    await page.locator('.sheet').nth(1).waitFor();
    assert.equal(await page.locator('.sheet img').count(), 2);
    assert.match(await page.locator('.sheet figcaption').nth(1).textContent(), /^0002-classes, step \d+/);
    const keys = await page.locator('#chart-loss .keys button').allTextContents();
    for (const name of ['0001-first', '0002-classes']) assert.ok(keys.some(key => key.startsWith(`loss_d (${name})`)));
    assert.match(page.url(), /run=0001-first&run=0002-classes/);
    await accessible(page);
    await shot(page, 'serve-two');
    assert.deepEqual(complaints.filter(counts), []);
});

test('sliders draw images of a seed, a way and a class', async () => {
    const { page, complaints } = await open(address + '?run=0002-classes');
    const image = page.locator('.drawn img');
    const source = () => image.getAttribute('src');
    await page.waitForFunction(() => document.querySelector('.drawn img').naturalWidth > 0);
    const pixels = () => image.evaluate(i => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [i.naturalWidth, i.naturalHeight];
        canvas.getContext('2d').drawImage(i, 0, 0);
        return canvas.toDataURL();
    });
    const first = await pixels();
    for (const change of [
        () => page.getByLabel('Seed', { exact: true }).fill('17'),
        () => page.getByLabel('Way to the other seed').fill('50'),
        () => page.getByLabel('Class', { exact: true }).selectOption('2'),
        () => page.getByLabel('Seed, by hand').fill('300'),
    ]) {
        const [was, before] = [await source(), await pixels()];
        await change();
        await page.waitForFunction(old => {
            const now = document.querySelector('.drawn img');
            return now.getAttribute('src') !== old && now.complete && now.naturalWidth > 0;
        }, was);
        assert.notEqual(await pixels(), before);
    }
    assert.notEqual(await pixels(), first);
    assert.match(await page.locator('#drawn-text').textContent(), /^Step 30, seed 300, 50% of the way to seed 1$/);
    await shot(page, 'serve-draw');
    assert.deepEqual(complaints.filter(counts), []);
});

test('a page of another name gets nothing', async () => {
    const answer = await fetch(address, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
    assert.equal(answer.status, 200);
    assert.equal((await fetch(address + 'runs', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
});
