import * as ort from 'onnxruntime-web/wasm';
import { normal, uniform } from './noise.mjs';

ort.env.wasm.wasmPaths = new URL('./ort/', import.meta.url).href;
ort.env.wasm.numThreads = 1; // more need the headers of cross-origin isolation

const element = id => document.getElementById(id);
const [seed, count, noise, label, images, status] = ['seed', 'count', 'noise', 'label', 'images', 'status'].map(element);
let session;

/** Images of the seeds from seed on, each with noise of its own, drawn in one batch. */
async function draw() {
    const latent = session.inputMetadata.find(input => input.name === 'z').shape[1];
    const n = Number(count.value), first = BigInt(seed.value || 0), make = noise.value === 'uniform' ? uniform : normal;
    const z = new Float32Array(n * latent);
    for (let i = 0; i < n; i++) z.set(make(latent, BigInt.asUintN(64, first + BigInt(i))), i * latent);
    const feeds = { z: new ort.Tensor('float32', z, [n, latent]) };
    if (session.inputNames.includes('labels'))
        feeds.labels = new ort.Tensor('int32', new Int32Array(n).fill(Number(label.value)), [n]);
    const start = performance.now();
    const { images: drawn } = await session.run(feeds);
    paint(drawn.data, n, drawn.dims[2]);
    status.textContent = `${n} images of ${drawn.dims[2]}x${drawn.dims[2]} in ${Math.round(performance.now() - start)} ms`;
}

/** A canvas of rows of images from planes (N, 3, S, S) in [-1, 1]. */
function paint(values, n, size) {
    const columns = Math.ceil(Math.sqrt(n)), plane = size * size;
    [images.width, images.height] = [columns * size, Math.ceil(n / columns) * size];
    const context = images.getContext('2d');
    for (let i = 0; i < n; i++) {
        const image = context.createImageData(size, size);
        for (let p = 0; p < plane; p++) {
            for (let c = 0; c < 3; c++) image.data[4 * p + c] = Math.round(127.5 * values[(3 * i + c) * plane + p] + 127.5);
            image.data[4 * p + 3] = 255;
        }
        context.putImageData(image, i % columns * size, Math.floor(i / columns) * size);
    }
    images.setAttribute('aria-label', `${n} images drawn from seed ${seed.value} on`);
}

async function load(model) {
    status.textContent = 'Reading the model...';
    session = await ort.InferenceSession.create(model);
    if (!session.inputNames.includes('z') || !session.outputNames.includes('images'))
        throw new Error('this is no generator: a model with the input z and the output images is wanted');
    element('classes').hidden = !session.inputNames.includes('labels');
    await draw();
}

/** One thing at a time; what goes wrong is said on the page. A request that comes meanwhile waits as the only one. */
let running = false, waiting;
async function run(action) {
    if (running) { waiting = action; return; }
    running = true;
    try {
        await action();
    } catch (error) {
        status.textContent = `Error: ${error.message}`;
    }
    running = false;
    const next = waiting;
    waiting = undefined;
    if (next) await run(next);
}

for (const input of [seed, count, noise, label]) input.addEventListener('input', () => { if (session) run(draw); });
element('file').addEventListener('change', event => run(async () =>
    load(new Uint8Array(await event.target.files[0].arrayBuffer()))));
const named = new URLSearchParams(location.search).get('model');
if (named) run(() => load(named));
