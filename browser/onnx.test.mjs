// Exported generators draw in a page with ONNX Runtime Web what the program draws of the same seeds.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { open } from './browser.mjs';
import { folder, ssgan, train } from './program.mjs';
import { philox } from '../samples/OnnxWeb/noise.mjs';
import { serve } from '../samples/OnnxWeb/serve.mjs';

const servers = [];
after(() => servers.forEach(server => server.close()));

// Random123's known answers for philox4x32-10 hold for other counters; these are of counter and key 0, and of a block and a seed.
test('the stream of a seed is that of the engine', () => {
    assert.deepEqual(philox(0, 0n), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

/** Exports the generator of a small run and opens the page on it; pages and PNGs are compared as the browser decodes them. */
async function opened(model) {
    const run = join(folder, model), file = join(folder, `${model}.onnx`);
    await train(run, ['--model', model, '--data', 'shapes', '--steps', '4']);
    await ssgan(['export', '--checkpoint', run, '--onnx', file]);
    const { address, server } = await serve(file);
    servers.push(server);
    const { page, complaints } = await open(address);
    await page.waitForFunction(() => /images of|Error/.test(document.getElementById('status').textContent));
    return { run, page, complaints };
}

/** The largest difference between an image on the page and the program's. */
async function difference(page, run, seed, more = []) {
    const out = join(folder, `${run.split('/').pop()}-${seed}${more.join('')}`);
    await ssgan(['sample', '--checkpoint', run, '--out', `${out}/`, '--seeds', String(seed), ...more]);
    const png = readFileSync(join(out, readdirSync(out)[0])).toString('base64');
    return page.evaluate(async png => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const other = new OffscreenCanvas(image.width, image.height).getContext('2d');
        other.drawImage(image, 0, 0);
        const pixels = context => context.getImageData(0, 0, image.width, image.height).data;
        const [ours, theirs] = [pixels(document.getElementById('images').getContext('2d')), pixels(other)];
        return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0);
    }, png);
}

/** Sets a field as somebody who types, and waits until the page has drawn. */
async function set(page, id, value) {
    await page.evaluate(() => { document.getElementById('status').textContent = ''; });
    await page.locator(`#${id}`).fill(String(value));
    await page.waitForFunction(() => /images of|Error/.test(document.getElementById('status').textContent));
}

test('a generator draws what the program draws, and other seeds other images', async () => {
    const { run, page, complaints } = await opened('ssgan');
    assert.match(await page.textContent('#status'), /^16 images of 32x32 in \d+ ms$/);
    // Rounding to bytes may part where the sums of two libraries do.
    assert.ok(await difference(page, run, 0) <= 1);
    await set(page, 'seed', 7);
    assert.ok(await difference(page, run, 7) <= 1);
    assert.ok(await difference(page, run, 0) > 8);
    await set(page, 'count', 3);
    assert.match(await page.textContent('#status'), /^3 images/);
    assert.equal(await page.getByRole('img').getAttribute('aria-label'), '3 images drawn from seed 7 on');
    assert.ok(await page.locator('#classes').isHidden());
    assert.deepEqual(complaints, []);
});

test('a conditional generator draws the class that is asked for', async () => {
    const { run, page, complaints } = await opened('cgan-pd');
    await set(page, 'label', 2);
    assert.ok(await difference(page, run, 0, ['--class', '2']) <= 1);
    assert.ok(await page.getByLabel('Class').isVisible());
    assert.deepEqual(complaints, []);
});

test('a file that is no generator is named on the page', async () => {
    const run = join(folder, 'ssgan'), file = join(folder, 'discriminator.onnx');
    await ssgan(['export', '--checkpoint', run, '--network', 'discriminator', '--onnx', file]);
    const { address, server } = await serve(file);
    servers.push(server);
    const { page } = await open(address);
    await page.getByText('this is no generator').waitFor();
});
